"""The wiring: which services exist, and how a process that hosts them is built."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import structlog

from chassis.errors import Invalid
from chassis.http.health import HealthService
from chassis.messaging.topology import queues_for
from chassis.runtime.process import Process
from chassis.runtime.workers import Workers
from chassis.settings import BadSettings, Settings, declared
from contracts import helplines
from firststep.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from chassis.database.database import Database
    from gateway.site.operator.texts import OperatorTexts

GATEWAY = "gateway"
MAKE_IT_YOUR_OWN = "docs/operating.md#make-the-site-your-own"

log = structlog.get_logger()


class _Classes(Mapping[str, Any]):
    """Classes by name, each imported when it is looked up: no process loads what it does not
    serve."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> Any:
        return resolve_name(self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


SERVICES = _Classes(
    {
        "profiles": "services.profiles.service:ProfilesService",
        "booking": "services.booking.service:BookingService",
        "notifications": "services.notifications.service:NotificationsService",
        "content": "services.content.service:ContentService",
    }
)
SERVICES_AND_GATEWAY = (*SERVICES, GATEWAY)
TOPOLOGY = queues_for(SUBSCRIPTIONS)
"""All queues of all services: a relay declares them before it publishes."""


class UnknownService(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no service {name!r}; the services are {', '.join(SERVICES_AND_GATEWAY)}"
        )


def process_for(names: Iterable[str], settings: Settings, *extra: type) -> Process:
    """The process that hosts these services; without names, all."""
    chosen = list(dict.fromkeys(names)) or list(SERVICES_AND_GATEWAY)
    for name in chosen:
        if name not in SERVICES_AND_GATEWAY:
            raise UnknownService(name)
    if settings.embedded and set(chosen) != set(SERVICES_AND_GATEWAY):
        raise BadSettings("FIRSTSTEP_BROKER is not set: without it, one process runs all services")
    use_helplines(settings)
    if GATEWAY in chosen:
        use_operator_texts(settings)
    return Process([*classes_for(chosen), *extra], config_for(settings), TOPOLOGY)


def classes_for(names: Sequence[str]) -> list[type]:
    """The classes of these services, and health checks where the gateway has none. The gateway is
    imported only where it is served: services do not need its libraries."""
    if GATEWAY not in names:
        return [*(SERVICES[name] for name in names), HealthService]
    from gateway.service import Gateway

    return [*(SERVICES[name] for name in names if name != GATEWAY), Gateway]


def workers_for(names: Iterable[str], settings: Settings, number: int) -> Workers:
    """``number`` processes that host these services and share their address."""
    if settings.embedded:
        raise BadSettings("--workers needs FIRSTSTEP_BROKER: the embedded platform is one process")
    use_helplines(settings)  # refuse a bad file here once, not in each process
    if GATEWAY in (names or SERVICES_AND_GATEWAY):
        operator_texts(settings)
    command = [sys.executable, "-m", "firststep.main", "serve", *names]
    return Workers(command, number, settings.http)


def use_helplines(settings: Settings) -> None:
    """Use the operator's file of helplines in this process, where there is one."""
    if not settings.helplines:
        return
    try:
        helplines.use(helplines.read_table(Path(settings.helplines).read_bytes()))
    except Invalid as error:
        wrong = [f"{each.field or 'the file'}: {each.detail}" for each in error.errors]
    except OSError as error:
        wrong = [error.strerror or "can't be read"]
    except ValueError as error:
        wrong = [f"is not JSON: {error}"]
    else:
        return
    said = [f"FIRSTSTEP_HELPLINES: {settings.helplines}: {each}" for each in wrong]
    raise BadSettings("\n".join(said))


def use_operator_texts(settings: Settings) -> None:
    """Use the operator's texts in this process; warn of legal ones that are still the samples."""
    from gateway.site.operator import texts as site_texts

    found = operator_texts(settings)
    site_texts.use(found)
    if samples := found.legal_samples():
        log.warning("legal_texts_are_samples", texts=samples, see=MAKE_IT_YOUR_OWN)


def operator_texts(settings: Settings) -> OperatorTexts:
    """The texts of the site; imported only where they are needed, as the gateway is."""
    from gateway.site.operator.texts import OperatorTexts

    return OperatorTexts.of(settings)


def config_for(settings: Settings) -> dict[str, Any]:
    """Settings as extensions read them, by variable without its prefix, and as nameko does."""
    values = {name.upper(): getattr(settings, name) for name in declared()}
    return {**values, "AMQP_URI": settings.broker, "WEB_SERVER_ADDRESS": settings.http}


@contextmanager
def database_of(name: str, settings: Settings) -> Iterator[Database]:
    """A service's database, for commands that run outside the service."""
    from chassis.database.database import Database, service_url

    if not settings.database:
        raise BadSettings("FIRSTSTEP_DATABASE is missing")
    database = Database(SERVICES[name].store.base)
    database.connect(service_url(settings.database, name), name)
    try:
        yield database
    finally:
        database.dispose()
