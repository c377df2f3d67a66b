"""Column types, and the tables that every service's database has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, in UTC on every database. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


AnyJson = JSON().with_variant(JSONB(), "postgresql")
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class _Elements(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Elements, "postgresql")
def _elements_on_postgres(element: _Elements, compiler: Any, **given: Any) -> str:
    return f"jsonb_array_elements_text({compiler.process(element.clauses, **given)})"


@compiles(_Elements, "sqlite")
def _elements_on_sqlite(element: _Elements, compiler: Any, **given: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **given)})"


def elements_of(array: ColumnElement[Any]) -> ColumnElement[str]:
    """The texts in a JSON array, as rows; the query selects ``FROM`` this alone."""
    return _Elements(array).table_valued(column("value", Text())).c.value


COLUMN_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    UUID: Uuid(),
    str: Text(),
    dict[str, Any]: AnyJson,
    list[str]: AnyJson,
    list[dict[str, Any]]: AnyJson,
}
"""The column type of each ``Mapped[...]`` annotation."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """The metadata for a service's ``Base``, with the tables that every service has."""
    metadata = MetaData(naming_convention=NAMING)
    outbox_table(metadata)
    inbox_table(metadata)
    replies_table(metadata)
    leases_table(metadata)
    redrive_actions_table(metadata)
    tombstones_table(metadata)
    return metadata


def outbox_table(metadata: MetaData) -> Table:
    """Events that transactions emitted; the relay publishes them and sets ``sent_at``."""
    table = Table(
        "outbox",
        metadata,
        Column("seq", Sequence, primary_key=True, autoincrement=True),
        Column("event_id", Uuid(), nullable=False, unique=True),
        Column("type", String(100), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("emitted_at", UtcDateTime(), nullable=False),
        Column("sent_at", UtcDateTime()),
    )
    unsent = table.c.sent_at.is_(None)
    Index("ix_outbox_unsent", table.c.seq, postgresql_where=unsent, sqlite_where=unsent)
    return table


def inbox_table(metadata: MetaData) -> Table:
    """Events received, once for each handler; see ``messaging.inbox`` for the states.

    ``body``: the message's bytes, while the event still has to take effect.
    """
    table = Table(
        "inbox",
        metadata,
        Column("event_id", Uuid(), primary_key=True),
        Column("handler", String(100), primary_key=True),
        Column("type", String(100), nullable=False),
        Column("status", String(10), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("received_at", UtcDateTime(), nullable=False),
        Column("settled_at", UtcDateTime()),
        Column("next_attempt_at", UtcDateTime()),
        Column("error", Text),
        Column("body", LargeBinary),
    )
    open_ = table.c.status != "done"
    Index(
        "ix_inbox_open",
        table.c.status,
        table.c.next_attempt_at,
        postgresql_where=open_,
        sqlite_where=open_,
    )
    Index("ix_inbox_settled", table.c.settled_at)
    return table


def replies_table(metadata: MetaData) -> Table:
    """Replies of writing calls, by idempotency key; see ``idempotency.stored_replies``."""
    return Table(
        "replies",
        metadata,
        Column("key", String(300), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("reply", LargeBinary),
        Column("made_at", UtcDateTime(), nullable=False, index=True),
    )


def leases_table(metadata: MetaData) -> Table:
    """When each schedule is due, which instance holds its lease, and until when."""
    return Table(
        "clocks",
        metadata,
        Column("name", String(100), primary_key=True),
        Column("due_at", UtcDateTime(), nullable=False),
        Column("holder", Uuid()),
        Column("held_until", UtcDateTime()),
    )


def redrive_actions_table(metadata: MetaData) -> Table:
    """What operators, and erasure, did with dead letters. Append-only; deleted after two years."""
    return Table(
        "mendings",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("at", UtcDateTime(), nullable=False, index=True),
        Column("by", String(200), nullable=False),
        Column("action", String(20), nullable=False),
        Column("event_id", Uuid(), nullable=False),
        Column("handler", String(100), nullable=False),
    )


def tombstones_table(metadata: MetaData) -> Table:
    """Tombstones: ids of erased accounts. ``completed_at`` is empty while a message may still
    mention one. The row stays, so that no late event or call recreates anything."""
    table = Table(
        "forgotten",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("begun_at", UtcDateTime(), nullable=False),
        Column("completed_at", UtcDateTime()),
    )
    open_ = table.c.completed_at.is_(None)
    Index("ix_forgotten_open", table.c.begun_at, postgresql_where=open_, sqlite_where=open_)
    return table
