"""Erasure saga: remove every mention of an erased id from a service's messages, then confirm.

A service that erases an account calls ``Transaction.mark_erased`` in that transaction, and
``finish`` on a schedule::

    @every(seconds=5, quiet_s=30)
    def finish_forgetting(self) -> None:
        erasure.finish(self.store, erase, answer)

Steps for one id (table ``forgotten``):

    marked      waits until calls under way have ended, unsent events that mention the id are
                published, and received ones that mention it were retried (30 minutes at most)
    cleared     sent events and stored replies are deleted, the bytes of dead letters emptied
    wiped       on SQLite the file is vacuumed and its log truncated (``Database.wipe_deleted``)
    completed   the confirming event is emitted; the tombstone stays

Unsent events go out first, so every consumer learns of the erasure. Each run looks at all ids that
are not completed, so it converges however long the broker or the database was away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from chassis.context import OUTERMOST_DEADLINE_S
from chassis.database.database import Database
from chassis.database.engines import has_row_locks
from chassis.database.transaction import Transaction
from chassis.events import Event
from chassis.messaging.inbox import EMPTIED, Status, record_erasure
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now

CALLS_END_WITHIN = timedelta(seconds=OUTERMOST_DEADLINE_S)
"""A call that began before an id was marked as erased may still write: wait until it has ended."""
PATIENCE = timedelta(minutes=30)
"""Received events are retried for a few minutes; one that waits longer has lost its handler."""
ERASED_WITHIN_S = 120.0
"""A week's messages are searched for one id: many statements, each with its own limit."""
EVENTS_A_STATEMENT = 50_000
REPLIES_A_STATEMENT = timedelta(hours=1)

log = structlog.get_logger()

Erase = Callable[[Transaction, UUID], object]


def finish(
    database: Database,
    erase: Erase,
    answer: Callable[[UUID], Event],
    outside: Callable[[UUID], object] = lambda id: None,
) -> None:
    """Advance every open erasure as far as possible; ``answer`` makes the confirming event.

    ``erase`` runs once more, for rows that calls under way wrote meanwhile: it must be idempotent.
    ``outside`` runs before it, outside of the transaction, for what is not in the database (files).
    """
    cleared: list[UUID] = []

    def clear(id: UUID) -> None:
        outside(id)
        with database.transaction() as tx:
            erase(tx, id)
            if tx.emitted or _cleared(tx, database, id, utc_now()) is None:
                return
        cleared.append(id)

    def complete(id: UUID) -> None:
        with database.transaction() as tx:
            if _cleared(tx, database, id, utc_now()) == 0:  # nothing was written since
                _complete(tx, database, id, utc_now())
                tx.emit(answer(id))

    work = f"erasures of {database.service}"
    for_each(_open_erasures(database), clear, work=work, deadline_s=ERASED_WITHIN_S)
    if not cleared:
        return
    if database.wipe_deleted():  # once for all ids: its time grows with the database
        for_each(cleared, complete, work=f"answers to {work}", deadline_s=ERASED_WITHIN_S)
    else:
        log.info("wipe_postponed", service=database.service)


def _open_erasures(database: Database) -> list[UUID]:
    """Ids whose erasure is not completed, the oldest first."""
    forgotten = database.table("forgotten")
    query = select(forgotten.c.id).where(forgotten.c.completed_at.is_(None))
    with database.reading() as session:
        return list(session.scalars(query.order_by(forgotten.c.begun_at)))


def _cleared(tx: Transaction, database: Database, id: UUID, now: datetime) -> int | None:
    """Clear the messages that mention the id; how many there were, or ``None`` while it must
    wait."""
    forgotten = database.table("forgotten")
    this = (forgotten.c.id == id, forgotten.c.completed_at.is_(None))
    begun_at = tx.scalar(select(forgotten.c.begun_at).where(*this).with_for_update())
    if begun_at is None or now < begun_at + CALLS_END_WITHIN:
        return None
    mentions = _Mentions(tx, database, id)
    if mentions.any_unsent() or (now < begun_at + PATIENCE and mentions.any_retried()):
        return None
    return mentions.delete_sent() + mentions.delete_replies() + mentions.discard_received()


def _complete(tx: Transaction, database: Database, id: UUID, now: datetime) -> None:
    forgotten = database.table("forgotten")
    tx.execute(update(forgotten).where(forgotten.c.id == id).values(completed_at=now))


class _Mentions:
    """The rows of one service that mention an id."""

    def __init__(self, tx: Transaction, database: Database, id: UUID) -> None:
        self._tx = tx
        self._database = database
        self._outbox, self._inbox, self._replies = map(
            database.table, ("outbox", "inbox", "replies")
        )
        self._id = str(id)

    def any_unsent(self) -> bool:
        return self._any(self._outbox, self._outbox.c.sent_at.is_(None))

    def any_retried(self) -> bool:
        return self._any(self._inbox, self._inbox.c.status == Status.RETRY)

    def _any(self, table: Table, condition: ColumnElement[bool]) -> bool:
        query = select(func.count()).select_from(table).where(condition, self._in(table.c.body))
        return bool(self._tx.scalar(query))

    def delete_sent(self) -> int:
        seq, deleted = self._outbox.c.seq, 0
        for first in self._steps(seq, EVENTS_A_STATEMENT):
            these = (seq >= first, seq < first + EVENTS_A_STATEMENT)
            mentions = self._in(self._outbox.c.body)
            deleted += self._delete(self._outbox, *these, mentions)
        return deleted

    def delete_replies(self) -> int:
        made_at, key, deleted = self._replies.c.made_at, self._replies.c.key, 0
        mentions = or_(key.contains(self._id), self._in(self._replies.c.reply))
        for first in self._steps(made_at, REPLIES_A_STATEMENT):
            these = (made_at >= first, made_at < first + REPLIES_A_STATEMENT)
            deleted += self._delete(self._replies, *these, mentions)
        return deleted

    def _delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        result: Any = self._tx.execute(delete(table).where(*conditions))
        return int(result.rowcount)

    def discard_received(self) -> int:
        """Discard events that are parked or to be retried; empty those that were discarded."""
        inbox = self._inbox
        kept = (inbox.c.status != Status.DONE, inbox.c.body.is_not(None))
        mentions = or_(self._in(inbox.c.body), inbox.c.error.contains(self._id))
        query = select(inbox.c.event_id, inbox.c.handler, inbox.c.settled_at)
        rows = self._tx.execute(query.where(*kept, mentions).with_for_update()).all()
        for row in rows:
            this = (inbox.c.event_id == row.event_id, inbox.c.handler == row.handler)
            emptied = EMPTIED | {"settled_at": row.settled_at or utc_now()}
            self._tx.execute(update(inbox).where(*this).values(**emptied))
            record_erasure(self._tx, self._database, row.event_id, row.handler)
        return len(rows)

    def _steps(self, column: ColumnElement[Any], step: Any) -> Iterator[Any]:
        """Where each statement begins: a single one over a week's rows would take too long."""
        first, last = self._tx.execute(select(func.min(column), func.max(column))).one()
        while first is not None and first <= last:
            yield first
            first += step

    def _in(self, body: ColumnElement[Any]) -> ColumnElement[bool]:
        """Our own messages have ids in lower case, those of other producers in either case."""
        return or_(*(self._contains(body, each) for each in (self._id, self._id.upper())))

    def _contains(self, body: ColumnElement[Any], text: str) -> ColumnElement[bool]:
        if has_row_locks(self._database.writer):
            return body.bool_op("LIKE")(f"%{text}%".encode())
        return func.instr(body, text.encode()) > 0
