"""Event log: events of some types, stored in order for readers that come later.

    class Base(DeclarativeBase):
        metadata = with_event_log(service_metadata(), [SpecialistFeatured, SpecialistUnfeatured])

A transaction that emits such an event writes it here as well (table ``journal``), with the bytes
that are published.

Readers continue after the last entry that they saw, so an entry must never appear behind one that a
reader may have seen. A database sequence would allow that: the transaction that drew 7 may commit
after the one that drew 8. Numbers therefore come from a row that stays locked from the moment a
number is drawn until the transaction ends. Transactions that log events queue for it as their last
step before they commit, so only rare events belong in the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningInsert

from chassis.database.tables import Sequence, UtcDateTime
from chassis.database.upserts import insert_statement
from chassis.events import Envelope, Event

HEAD = "journal"
LOGGED_TYPES = "logged_types"


def with_event_log(metadata: MetaData, types: Iterable[type[Event]]) -> MetaData:
    """Add the tables of an event log for these events to a service's metadata."""
    metadata.info[LOGGED_TYPES] = frozenset(each.type() for each in types)
    entries = Table(
        "journal",
        metadata,
        Column("seq", Sequence, primary_key=True, autoincrement=False),
        Column("event_id", Uuid(), nullable=False, unique=True),
        Column("type", String(100), nullable=False),
        Column("subject", String(100), nullable=False),
        Column("time", UtcDateTime(), nullable=False),
        Column("body", LargeBinary, nullable=False),
    )
    Index("ix_journal_subject", entries.c.subject, entries.c.seq)
    Index("ix_journal_time", entries.c.type, entries.c.time)
    Table(
        "journal_heads",
        metadata,
        Column("name", String(20), primary_key=True),
        Column("seq", Sequence, nullable=False),
    )
    return metadata


def logged_types(metadata: MetaData) -> frozenset[str]:
    """The event types that this database logs."""
    kept: frozenset[str] = metadata.info.get(LOGGED_TYPES, frozenset())
    return kept


def append(session: Session, metadata: MetaData, emitted: Iterable[Envelope[Any]]) -> None:
    """Log those of these events whose type is logged. No lock may be taken after this."""
    kept = [each for each in emitted if each.type in logged_types(metadata)]
    if not kept:
        return
    draw = _drawing(metadata.tables["journal_heads"], session.get_bind().dialect.name)
    last: int = session.execute(draw, {"drawn": len(kept)}).scalar_one()
    rows = [
        {
            "seq": seq,
            "event_id": each.id,
            "type": each.type,
            "subject": each.subject,
            "time": each.time,
            "body": each.to_json(),
        }
        for seq, each in enumerate(kept, start=last - len(kept) + 1)
    ]
    session.execute(insert_statement(metadata.tables["journal"]), rows)


@cache
def _drawing(heads: Table, dialect: str) -> ReturningInsert[Any]:
    """The statement that locks the head, draws ``drawn`` numbers and returns the last of them."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    drawn = bindparam("drawn", type_=heads.c.seq.type)
    return (
        make(heads)
        .values(name=HEAD, seq=drawn)
        .on_conflict_do_update(index_elements=[heads.c.name], set_={"seq": heads.c.seq + drawn})
        .returning(heads.c.seq)
    )


class EventLog:
    """Reads a service's event log in order."""

    def __init__(self, session: Session, metadata: MetaData) -> None:
        self._session = session
        self._entries = metadata.tables["journal"]
        self._heads = metadata.tables["journal_heads"]

    def head(self) -> int:
        """The number of the last entry; 0 where there is none."""
        last = self._session.scalar(select(self._heads.c.seq).where(self._heads.c.name == HEAD))
        return last or 0

    def after(self, seq: int, limit: int) -> list[Row[Any]]:
        """The entries after this one, the oldest first."""
        entries = self._entries
        query = select(entries).where(entries.c.seq > seq).order_by(entries.c.seq).limit(limit)
        return list(self._session.execute(query))

    def latest(self, event_type: type[Event], head: int, after: int, limit: int) -> list[Row[Any]]:
        """The last entry up to ``head`` of each subject, where it is of this type.

        Entries never move, so the answer for one ``head`` is always the same.
        """
        entries, later = self._entries, aliased(self._entries)
        superseded = (
            select(later.c.seq)
            .where(
                later.c.subject == entries.c.subject,
                later.c.seq > entries.c.seq,
                later.c.seq <= head,
            )
            .exists()
        )
        query = (
            select(entries)
            .where(
                entries.c.seq > after,
                entries.c.seq <= head,
                entries.c.type == event_type.type(),
                ~superseded,
            )
            .order_by(entries.c.seq)
            .limit(limit)
        )
        return list(self._session.execute(query))

    def between(
        self, event_type: str, since: datetime, until: datetime | None, after: int, limit: int
    ) -> list[Row[Any]]:
        """Entries of one type from ``since`` on, before ``until``, the oldest first."""
        entries = self._entries
        query = select(entries).where(
            entries.c.type == event_type, entries.c.time >= since, entries.c.seq > after
        )
        if until is not None:
            query = query.where(entries.c.time < until)
        return list(self._session.execute(query.order_by(entries.c.seq).limit(limit)))

    def about(self, subject: str) -> list[Row[Any]]:
        """Every entry of one subject."""
        entries = self._entries
        return list(self._session.execute(select(entries).where(entries.c.subject == subject)))

    def rewrite(self, seq: int, body: bytes) -> None:
        """Replace an entry's body; its number and event id stay."""
        entries = self._entries
        self._session.execute(entries.update().where(entries.c.seq == seq).values(body=body))
