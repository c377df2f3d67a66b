"""A made-up company for the chassis's tests: a teller who tells, and whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import time
from typing import Any
from uuid import UUID, uuid4

import eventlet
import psycopg
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.broker.publishing import ConfirmedPublisher, Outgoing, connection_to
from chassis.context import CallContext
from chassis.database.database import Database, database_of, service_url
from chassis.database.tables import COLUMN_TYPES, service_metadata
from chassis.database.transaction import Transaction
from chassis.errors import Conflict
from chassis.events import Envelope, Event, exchange_of
from chassis.ids import new_id
from chassis.messaging.inbox import Handler, Inbox
from chassis.messaging.outbox_relay import OutboxRelay
from chassis.messaging.redrive import Redrive
from chassis.messaging.subscribe import queues_of, subscribe
from chassis.rpc.server import rpc
from chassis.runtime.process import Process
from chassis.sealing import Seal
from chassis.store import Store
from chassis.times import utc_now
from tests.support.untyped_client import UntypedClient, untyped_client

LONGEST_STOP_S = 20


@dataclass(frozen=True, kw_only=True)
class Told(Event, producer="teller"):
    """Somebody was told a word."""

    note_id: UUID
    word: str


class WordTaken(Conflict):
    """That word was told before."""

    code = "word_taken"


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Note(Base):
    """What the teller wrote down."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("word", info={"refusal": WordTaken}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(default="", server_default="")
    times: Mapped[int] = mapped_column(default=0, server_default="0")

    @classmethod
    def of(cls, word: str) -> Note:
        return cls(id=new_id(), word=word, times=1)

    def told(self) -> Told:
        return Told(note_id=self.id, word=self.word)


class Ears(DeclarativeBase):
    """The listeners' own database."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES


class Heard(Ears):
    """One effect of an event; a second one of the same event is a second row."""

    __tablename__ = "heard"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    handler: Mapped[str]
    word: Mapped[str]


class Teller:
    """Writes a note and tells it, in one transaction."""

    name = "teller"
    store = Store(Base)

    @rpc
    def tell(self, word: str) -> str:
        with self.store.transaction() as tx:
            note = Note.of(word)
            tx.add(note)
            tx.emit(note.told())
            return tx.reply(str(note.id))


def hear(handler: str) -> Handler:
    """A handler's effect: one row."""

    def effect(event: Told, tx: Transaction) -> None:
        tx.add(Heard(id=new_id(), handler=handler, word=event.word))

    return effect


class Listener:
    """Hears everything once, and everything again in another handler."""

    name = "listener"
    store = Store(Ears)

    @subscribe(Told)
    def note_down(self, event: Told, tx: Transaction) -> None:
        hear("note_down")(event, tx)

    @subscribe(Told)
    def pass_on(self, event: Told, tx: Transaction) -> None:
        hear("pass_on")(event, tx)


def a_listener(then: Handler, name: str = "listener") -> Any:
    """A service with one handler, which does this before it hears."""

    class Listening:
        store = Store(Ears)

        @subscribe(Told)
        def note_down(self, event: Told, tx: Transaction) -> None:
            then(event, tx)
            hear("note_down")(event, tx)

    Listening.name = name  # type: ignore[attr-defined]
    return Listening


class Fickle:
    """Fails so many times, and then no more; counts how often it was tried."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries = 0

    def __call__(self, event: Any = None, tx: Any = None) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise RuntimeError(f"failure {self.tries}")


class Client:
    """Asks, and is never asked."""

    name = "client"
    teller = untyped_client("teller")


@dataclass
class Company:
    """Running services. ``teller`` is the teller as others call it."""

    process: Process
    broker: str
    database: str

    def container(self, service: str) -> Any:
        return self.process.service_map[service]

    def store(self, service: str) -> Database:
        return database_of(self.container(service))

    def inbox(self, service: str) -> Inbox:
        return Inbox(self.store(service))

    def redrive(self, service: str) -> Redrive:
        return Redrive(self.store(service), by="ada@desk")

    def remote(self, service: str, caller: str = "client") -> UntypedClient:
        providers = self.container(caller).dependencies
        [provider] = [each for each in providers if each.attr_name == service]
        asked: UntypedClient = provider.get_dependency(None)
        return asked

    @property
    def teller(self) -> UntypedClient:
        return self.remote("teller")

    def heard(self, service: str = "listener") -> list[str]:
        """The effects so far, as ``handler:word``."""
        return heard_in(self.store(service))


@contextmanager
def a_company(
    broker: str, database: str, *services: Any, topology: list[Any] | None = None, **settings: Any
) -> Iterator[Company]:
    """Run these services in this process, each with tables of its own."""
    for service in services:
        if hasattr(service, "store"):
            with_tables(database, service.name, service.store.base)
    queues = queues_of(*services) if topology is None else topology
    config = {"AMQP_URI": broker, "DATABASE": database, **settings}
    process = Process(services, config, queues)
    process.start()
    try:
        yield Company(process, broker, database)
    finally:
        with eventlet.Timeout(LONGEST_STOP_S):  # a service that died has nobody to stop it
            process.stop()
        if broker.startswith("amqp"):
            delete_queues(broker, *services)


def with_tables(database: str, service: str, base: type[DeclarativeBase]) -> None:
    """Make a service's database and tables, where they are not there yet."""
    create_database(service_url(database, service))
    store = Store(base)
    store.connect(service_url(database, service), service)
    with store.writer.begin() as connected:
        base.metadata.create_all(connected)
    store.dispose()


def create_database(address: str) -> None:
    """SQLite's comes by itself."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return
    server = url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(server.render_as_string(False), autocommit=True) as connection:
        with suppress(psycopg.errors.DuplicateDatabase):
            connection.execute(f"CREATE DATABASE {url.database}".encode())


def a_store(
    database: str, service: str, base: type[DeclarativeBase], seal: Seal | None = None
) -> Store:
    """A service's store without the service; its relay sweeps when it is told to."""
    with_tables(database, service, base)
    store = Store(base)
    store.connect(service_url(database, service), service, pool_size=20, seal=seal)
    store.relay = OutboxRelay()
    store.relay.store = store
    return store


def delete_queues(broker: str, *services: Any) -> None:
    """Leave nothing behind on a broker that the next test uses too."""
    names = [queue.name for queue in queues_of(*services)]
    names += [f"rpc-{service.name}" for service in services]
    with connection_to(broker) as connection:
        for name in names:
            with connection.channel() as channel, suppress(Exception):
                channel.queue_delete(name)


def heard_in(store: Database) -> list[str]:
    with store.reading() as session:
        return sorted(f"{each.handler}:{each.word}" for each in session.scalars(select(Heard)))


def words_in(store: Database) -> list[str]:
    with store.reading() as session:
        return sorted(session.scalars(select(Note.word)))


def rows_of(store: Database, table: str) -> list[Any]:
    with store.reading() as session:
        return list(session.execute(select(store.table(table))))


def count_of(store: Database, table: str) -> int:
    with store.reading() as session:
        return session.execute(select(func.count()).select_from(store.table(table))).scalar_one()


def an_envelope(word: str = "hello", correlation_id: str = "c-1") -> Envelope[Event]:
    return Envelope.around(Told(note_id=new_id(), word=word), utc_now(), correlation_id)


@dataclass
class Town:
    """Publishes raw bytes as if the teller had told them."""

    broker: str
    listeners: tuple[Any, ...]

    def cry(self, *bodies: bytes, routing_key: str = "Told") -> int:
        """How many of them the broker confirmed."""
        exchange = exchange_of("teller")
        publisher = ConfirmedPublisher(self.broker, [exchange], queues_of(*self.listeners))
        batch = [
            Outgoing(number, body, exchange.name, routing_key, uuid4().hex)
            for number, body in enumerate(bodies)
        ]
        try:
            return len(publisher.publish(batch))
        finally:
            publisher.drop()


def within(seconds: float) -> CallContext:
    """A call whose deadline is so far off."""
    return CallContext(deadline=time() + seconds)
