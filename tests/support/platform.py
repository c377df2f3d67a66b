"""The whole platform, or parts of it, running in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from chassis.broker.publishing import connection_to
from chassis.database.database import database_of
from chassis.messaging.subscribe import queues_of
from chassis.runtime.process import Process
from chassis.settings import FIRST_VERSION
from chassis.store import Store
from firststep.platform import GATEWAY, SERVICES, SERVICES_AND_GATEWAY, TOPOLOGY
from gateway.service import Gateway
from tests.support.mailbox import reachable
from tests.support.tokens import SEAL_KEYS
from tests.support.untyped_client import UntypedClient, untyped_client

T = TypeVar("T")
_files = TemporaryDirectory(prefix="firststep-files-")
URL = "https://firststep.example"
MEETING = "https://meet.example/{room}"
SITE = {
    "SITE_NAME": "Firststep",
    "EXIT_ADDRESS": "https://www.wikipedia.org/",
    "SENDER": "no-reply@firststep.example",
    "TERMS_VERSION": FIRST_VERSION,
    "HEALTH_DATA_VERSION": FIRST_VERSION,
}
"""What an operator says of the site."""


@dataclass
class House:
    """A running platform. ``http`` speaks to its gateway."""

    process: Process
    broker: str
    database: str
    mail: str
    http: httpx.Client

    def store(self, service: str) -> Store:
        """A service's own database."""
        container: Any = self.process.service_map[service]
        store = database_of(container)
        assert isinstance(store, Store)
        return store

    def part(self, kind: type[T]) -> T:
        """The gateway's extension of this class."""
        container: Any = self.process.service_map[Gateway.name]
        every = {*container.extensions, *container.dependencies}
        [found] = {each for each in every if isinstance(each, kind)}
        return found

    def remote(self, service: str) -> UntypedClient:
        """A service as others call it."""
        caller: Any = self.process.service_map[Caller.name]
        [provider] = [each for each in caller.dependencies if each.attr_name == service]
        client: UntypedClient = provider.get_dependency(None)
        return client


class Caller:
    """A service that asks and is never asked."""

    name = "caller"
    profiles = untyped_client("profiles")
    booking = untyped_client("booking")
    notifications = untyped_client("notifications")
    content = untyped_client("content")


@contextmanager
def a_house(
    broker: str,
    database: str,
    mail: str,
    services: tuple[str, ...] = SERVICES_AND_GATEWAY,
    files: str = "",
) -> Iterator[House]:
    """Serve these services, and a caller, inside the block."""
    classes = [Gateway if name == GATEWAY else SERVICES[name] for name in services]
    config = {
        "AMQP_URI": broker,
        "WEB_SERVER_ADDRESS": "127.0.0.1:0",
        "DATABASE": database,
        "MAIL": mail,
        "FILES": files or a_files_folder(),
        "SEAL_KEYS": SEAL_KEYS,
        "URL": URL,
        "MEETING": MEETING,
        "PROXIES": 1,
        **SITE,
    }
    try:
        with Process([*classes, Caller], config, TOPOLOGY).running() as process:
            with httpx.Client(base_url=_address(process), timeout=60) as http:
                with reachable(http, database):
                    yield House(process, broker, database, mail, http)
    finally:
        if broker.startswith("amqp"):
            sweep_queues(broker, *SERVICES.values())


@contextmanager
def another_gateway(house: House, **settings: Any) -> Iterator[House]:
    """A second gateway to the same platform, in a process of its own as it were."""
    config = {
        "AMQP_URI": house.broker,
        "WEB_SERVER_ADDRESS": "127.0.0.1:0",
        "DATABASE": "",
        "URL": URL,
        "PROXIES": 1,
        **SITE,
        **settings,
    }
    with Process([Gateway], config, TOPOLOGY).running() as process:
        with httpx.Client(base_url=_address(process), timeout=60) as http:
            with reachable(http, house.database):
                yield House(process, house.broker, house.database, house.mail, http)


def _address(process: Process) -> str:
    for container in process.containers:
        for extension in container.extensions:
            if hasattr(extension, "address") and container.service_name == GATEWAY:
                return f"http://{extension.address}"
    return "http://127.0.0.1"


def an_embedded_broker() -> str:
    """A broker that this test alone uses."""
    return f"embedded://{uuid4().hex}"


def a_mail_folder(tmp_path: Path) -> str:
    return str(tmp_path / "mail")


def a_files_folder() -> str:
    """One that is removed when the tests end."""
    return mkdtemp(dir=_files.name)


def sweep_queues(broker: str, *services: Any) -> None:
    """Delete what these services left on a broker that the next test uses too: in one go, for
    deleting a queue that is not there is no error."""
    names = [queue.name for queue in queues_of(*services)]
    names += [f"rpc-{service.name}" for service in services]
    with connection_to(broker) as connection, connection.channel() as channel:
        for name in names:
            channel.queue_delete(name, nowait=True)
        channel.basic_qos(0, 1, False)  # answered after all of them
