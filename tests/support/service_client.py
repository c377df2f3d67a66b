"""One running service: asked in somebody's name, told events, and read for what it told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import eventlet
import httpx
from sqlalchemy import Table, select

from chassis.broker.publishing import ConfirmedPublisher, Outgoing
from chassis.context import CallContext, Caller, entered
from chassis.events import Envelope, Event, exchange_of
from chassis.ids import new_id
from chassis.messaging.subscribe import queues_of, subscriptions_of
from chassis.runtime.process import Process
from chassis.store import Store
from chassis.times import utc_now
from tests.support.eventually import eventually
from tests.support.platform import (
    MEETING,
    SITE,
    URL,
    House,
    a_files_folder,
    an_embedded_broker,
    sweep_queues,
)
from tests.support.platform import Caller as Asker
from tests.support.tokens import SEAL_KEYS

E = TypeVar("E", bound=Event)
T = TypeVar("T")

NOBODY = Caller()


def somebody(*roles: str) -> Caller:
    """A person with a new account, whose e-mail address is proven."""
    return Caller(new_id(), frozenset(roles), verified=True)


@dataclass
class Talking:
    """A service of a running house."""

    service: Any
    house: House

    @property
    def store(self) -> Store:
        return self.house.store(self.service.name)

    def asked_by(
        self, caller: Caller, key: str | None = None, if_match: str | None = None
    ) -> Asking:
        """The service as this person calls it; ``key`` names the call, as its repetitions do;
        ``if_match`` the version that it is meant for."""
        return Asking(self.house.remote(self.service.name), caller, key, if_match)

    def hears(self, *events: Event) -> list[Envelope[Any]]:
        """Events reach the service; returns when they have taken effect."""
        return self.hears_again(*(Envelope.around(each, utc_now(), "a test") for each in events))

    def hears_again(self, *envelopes: Envelope[Any]) -> list[Envelope[Any]]:
        for envelope in envelopes:
            publish(self.house.broker, envelope)
            eventually(partial(self.has_taken, envelope))
        return list(envelopes)

    def has_taken(self, envelope: Envelope[Any]) -> bool:
        """Whether all of the service's handlers of this event have taken effect."""
        listening = {
            name for name, heard in subscriptions_of(self.service) if heard is type(envelope.data)
        }
        inbox = self.store.table("inbox")
        with self.store.reading() as session:
            query = select(inbox.c.handler).where(
                inbox.c.event_id == envelope.id, inbox.c.status == "done"
            )
            return listening <= set(session.scalars(query))

    def told(self, event_type: type[E], about: object) -> list[E]:
        """What the service told about something, oldest first."""
        outbox = self.store.table("outbox")
        with self.store.reading() as session:
            bodies = session.scalars(
                select(outbox.c.body)
                .where(outbox.c.type == event_type.type())
                .order_by(outbox.c.seq)
            )
            envelopes = [Envelope.from_json(body, event_type) for body in bodies]
        return [each.data for each in envelopes if each.subject == str(about)]

    def rows(self, table: str) -> list[Any]:
        """Everything in a table."""
        found: Table = self.store.table(table)
        with self.store.reading() as session:
            return list(session.execute(select(found)))


@dataclass
class Asking:
    """A service's methods, called in somebody's name."""

    remote: Any
    caller: Caller
    key: str | None
    if_match: str | None = None

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return partial(self._ask, method)

    def _ask(self, method: str, **arguments: Any) -> Any:
        call = CallContext(caller=self.caller, idempotency_key=self.key, if_match=self.if_match)
        with entered(call):
            return getattr(self.remote, method)(**arguments)


@contextmanager
def serving(
    service: Any,
    database: str,
    mail: str = "",
    broker: str = "",
    instances: int = 1,
    files: str = "",
    seal_keys: str = SEAL_KEYS,
    fetch_http: bool = False,
    meeting: str = MEETING,
) -> Iterator[Talking]:
    """Run this service, and nobody else, inside the block."""
    address = broker or an_embedded_broker()
    config = {
        "AMQP_URI": address,
        "WEB_SERVER_ADDRESS": "127.0.0.1:0",
        "DATABASE": database,
        "MAIL": mail,
        "FILES": files or a_files_folder(),
        "SEAL_KEYS": seal_keys,
        "URL": URL,
        "MEETING": meeting,
        "FETCH_HTTP": fetch_http,
        **SITE,
    }
    topology = queues_of(service)
    others = [Process([service], config, topology) for _ in range(instances - 1)]
    try:
        with Process([service, Asker], config, topology).running() as process:
            for other in others:
                other.start()
            with httpx.Client() as http:
                yield Talking(service, House(process, address, database, mail, http))
            for other in others:
                other.stop()
    finally:
        if broker:
            sweep_queues(broker, service)


def publish(broker: str, envelope: Envelope[Any]) -> None:
    """Send an event as its producer would."""
    exchange = exchange_of(envelope.data.producer)
    publisher = ConfirmedPublisher(broker, [exchange], [])
    key = str(envelope.id)
    message = Outgoing(1, envelope.to_json(), exchange.name, envelope.type, key)
    eventually(lambda: publisher.publish([message]) == [1])  # again where no confirm came in time
    publisher.drop()


def at_once(calls: list[Callable[[], T]]) -> list[T | Exception]:
    """What each of these calls gave, or raised, when all were made together."""

    def outcome(call: Callable[[], T]) -> T | Exception:
        try:
            return call()
        except Exception as error:
            return error

    return [each.wait() for each in [eventlet.spawn(outcome, call) for call in calls]]
