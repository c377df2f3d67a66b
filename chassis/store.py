"""A service's database: transactions in which rows and events stand or fall together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from nameko.extensions import DependencyProvider
from sqlalchemy import (
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from chassis import context, json
from chassis.config import BadSettings
from chassis.databases import engines_for, is_away
from chassis.errors import DomainError, Invalid, NotFound, Unavailable
from chassis.events import Envelope, Event
from chassis.housekeeping import Housekeeping
from chassis.inserts import insert_if_absent
from chassis.relay import Relay
from chassis.times import utc_now

T = TypeVar("T")
R = TypeVar("R")


class DatabaseAway(Unavailable):
    """The database does not answer."""

    code = "database_away"


class KeyReused(Invalid):
    """This Idempotency-Key came before, with another request."""

    code = "idempotency_key_reused"


class AlreadyAnswered(Exception):
    """This writing call took effect before; ``reply`` is what it answered then."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply


@dataclass(frozen=True)
class Call:
    """The writing call that a transaction answers, so that it takes effect once."""

    key: str
    fingerprint: str


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)


@contextmanager
def answering(method: str, arguments: Any) -> Iterator[None]:
    """Transactions inside belong to this call of a method; it needs an idempotency key to count."""
    now = context.current()
    if now.idempotency_key is None:
        yield
        return
    key = f"{method}:{now.caller.account_id}:{now.idempotency_key}"
    token = _call.set(Call(key, hashlib.sha256(json.dumps(arguments)).hexdigest()))
    try:
        yield
    finally:
        _call.reset(token)


class Transaction(Session):
    """A unit of work: rows, events, and the answer to the call that asked for it."""

    def __init__(self, *args: Any, producer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._producer = producer
        self._call = _call.get()
        self._replied = False
        self.emitted: list[Envelope[Any]] = []

    def find(self, kind: type[T], id: Any) -> T:
        """The row; raises ``NotFound``."""
        return self._found(kind, id, self.get(kind, id))

    def lock(self, kind: type[T], id: Any) -> T:
        """The row, ours until the end of the transaction; raises ``NotFound``."""
        return self._found(kind, id, self.get(kind, id, with_for_update=True))

    def lock_or_create(self, kind: type[T], id: Any) -> T:
        """The row, ours; made from its columns' defaults where there was none."""
        mapper = inspect(kind)
        [key] = mapper.primary_key
        insert_if_absent(self, cast(Table, mapper.local_table), **{key.name: id})
        return self.lock(kind, id)

    def emit(self, *events: Event) -> None:
        """Tell these when, and only if, the transaction commits."""
        for event in events:
            if event.producer != self._producer:
                raise TypeError(f"{event.type()} is not {self._producer}'s to emit")
            self.emitted.append(Envelope.around(event, utc_now(), context.current().correlation_id))

    def reply(self, answer: R) -> R:
        """Keep the call's answer with its effects, and return it."""
        self._replied = True
        if self._call is not None:
            replies = self._table("replies")
            self.execute(
                update(replies)
                .where(replies.c.key == self._call.key)
                .values(reply=json.dumps(answer))
            )
        return answer

    def begin_call(self) -> None:
        """Claim the call, or raise ``AlreadyAnswered``. A concurrent repetition waits here."""
        if self._call is None:
            return
        replies = self._table("replies")
        if insert_if_absent(
            self,
            replies,
            key=self._call.key,
            fingerprint=self._call.fingerprint,
            made_at=utc_now(),
        ):
            return
        before = self.execute(select(replies).where(replies.c.key == self._call.key)).one()
        if before.fingerprint != self._call.fingerprint:
            raise KeyReused
        raise AlreadyAnswered(json.loads(before.reply))

    def end_call(self) -> None:
        """Write what was emitted; a call that changed something must have said its answer."""
        if self._call is not None and not self._replied:
            raise TypeError("a writing call must give its answer to tx.reply()")
        if self.emitted:
            rows = [
                {
                    "event_id": envelope.id,
                    "type": envelope.type,
                    "body": envelope.to_json(),
                    "emitted_at": envelope.time,
                }
                for envelope in self.emitted
            ]
            self.execute(insert(self._table("outbox")), rows)

    def _table(self, name: str) -> Table:
        metadata: MetaData = self.info["metadata"]
        return metadata.tables[name]

    @staticmethod
    def _found(kind: type[T], id: Any, row: T | None) -> T:
        if row is None:
            raise NotFound(f"there is no {kind.__name__.lower()} {id}")
        return row


class Store(DependencyProvider):
    """Gives a service its database; ``base`` is the declarative base of its aggregates.

    One transaction at a time for each call: on SQLite a second one would wait for the first.
    """

    relay = Relay()
    housekeeping = Housekeeping()

    def __init__(self, base: type[DeclarativeBase]) -> None:
        self.base = base

    def setup(self) -> None:
        service, template = self.container.service_name, self.container.config["DATABASE"]
        if not template:
            raise BadSettings(f"FIRSTSTEP_DATABASE is missing: {service} keeps its data there")
        self.connect(service_url(template, service), service, self.container.max_workers + 2)
        self.relay.store = self.housekeeping.store = self

    def connect(self, url: str, service: str, pool_size: int = 5) -> None:
        """Prepare the engines; nothing is connected yet."""
        self.service = service
        self.writer, self.readers = engines_for(url, pool_size)
        info = {"metadata": self.base.metadata}
        self._transactions = sessionmaker(
            self.writer, class_=Transaction, expire_on_commit=False, producer=service, info=info
        )
        self._reads = sessionmaker(self.readers, expire_on_commit=False, autoflush=False)

    def stop(self) -> None:
        self.housekeeping.finish()
        self.relay.finish()
        self.dispose()

    def dispose(self) -> None:
        self.writer.dispose()
        self.readers.dispose()

    def get_dependency(self, worker_ctx: Any) -> Store:
        return self

    def table(self, name: str) -> Table:
        return self.base.metadata.tables[name]

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Rows and events written inside: both, or neither.

        Raises ``DatabaseAway``, the refusal of a constraint that was violated, and, where the
        call took effect before, ``AlreadyAnswered`` (which the RPC entrypoint turns into the
        answer of then).
        """
        if _in_transaction.get():
            raise RuntimeError("one transaction at a time: this call has one open")
        token = _in_transaction.set(True)
        try:
            with self._errors_translated(), self._transactions() as tx:
                with tx.begin():
                    tx.begin_call()
                    yield tx
                    tx.end_call()
        finally:
            _in_transaction.reset(token)
        if tx.emitted:
            self.relay.ring()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; raises ``DatabaseAway``."""
        with self._errors_translated(), self._reads() as session:
            yield session

    def check(self) -> None:
        """Raises ``DatabaseAway`` where the database does not answer."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            refusal = refusal_of(error, self.base.metadata)
            if refusal is None:
                raise
            raise refusal() from error
        except PoolExhausted as error:
            raise DatabaseAway("no database connection came free in time") from error
        except DBAPIError as error:
            if is_away(error):
                raise DatabaseAway from error
            raise


def refusal_of(error: IntegrityError, metadata: MetaData) -> type[DomainError] | None:
    """The refusal that the violated constraint or index bears in its ``info``."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    columns = set(str(error.orig).removeprefix("UNIQUE constraint failed: ").split(", "))
    for constraint, table in _guards(metadata):
        own = {f"{table.name}.{column.name}" for column in constraint.columns}
        if constraint.name == name or own == columns:
            refusal: type[DomainError] | None = constraint.info.get("refusal")
            return refusal
    return None


def _guards(metadata: MetaData) -> Iterator[tuple[Index | UniqueConstraint, Table]]:
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.unique:
                yield index, table
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield constraint, table


def service_url(template: str, service: str) -> str:
    """A service's own database out of ``FIRSTSTEP_DATABASE``."""
    return template.replace("{service}", service)
