"""Redrive: an operator lists, replays or discards dead letters. Every step is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from chassis.database.database import Database
from chassis.database.transaction import Transaction
from chassis.ids import new_id
from chassis.messaging.inbox import Status
from chassis.times import utc_now

LONGEST_HANDLER = 100


@dataclass(frozen=True)
class Selection:
    """A filter for dead letters: those that meet every condition; all of them without any.

    ``error`` is a part of the error's text; ``since`` and ``until`` bound when it was received.
    """

    event_id: UUID | None = None
    handler: str | None = None
    error: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Backlog:
    """Unsent, retried and parked events of one service. Ages are in seconds; ``None``: none."""

    unsent: int
    oldest_unsent: float | None
    waiting: int
    oldest_waiting: float | None
    parked: int
    oldest_parked: float | None


class Redrive:
    """The dead letters of one service. ``by`` is the operator's name, for the record."""

    def __init__(self, database: Database, by: str = "") -> None:
        self._database = database
        self._by = by

    def dead_letters(self, selection: Selection = Selection()) -> list[Any]:
        """The parked rows of the inbox, the oldest first."""
        inbox = self._database.table("inbox")
        query = select(inbox).where(self._selected(selection)).order_by(inbox.c.received_at)
        with self._database.reading() as session:
            return list(session.execute(query))

    def replay(self, selection: Selection) -> int:
        """Retry them from the first attempt on; how many. Idempotent."""
        values = {"status": Status.RETRY, "attempts": 0, "next_attempt_at": utc_now()}
        return self._resolve("replay", selection, values)

    def discard(self, selection: Selection) -> int:
        """Discard them; how many. The rows stay, as discarded, until retention deletes them."""
        values = {"status": Status.DISCARDED, "settled_at": utc_now()}
        return self._resolve("discard", selection, values)

    def record(self, action: str, where: str, event_ids: Iterable[UUID]) -> None:
        """Record what an operator did with events that are not in the inbox."""
        with self._database.transaction() as tx:
            for event_id in event_ids:
                self._add_action(tx, action, event_id, where[:LONGEST_HANDLER])

    def history(self) -> list[Any]:
        """Which operator did what to which event, the newest first."""
        mendings = self._database.table("mendings")
        with self._database.reading() as session:
            return list(session.execute(select(mendings).order_by(mendings.c.id.desc())))

    def backlog(self, now: datetime) -> Backlog:
        outbox, inbox = self._database.table("outbox"), self._database.table("inbox")
        unsent, oldest_unsent = self._count(outbox.c.sent_at.is_(None), outbox.c.emitted_at)
        waits = inbox.c.status == Status.RETRY
        waiting, oldest_waiting = self._count(waits, inbox.c.received_at)
        parked, oldest_parked = self._count(inbox.c.status == Status.PARKED, inbox.c.received_at)
        return Backlog(
            unsent=unsent,
            oldest_unsent=_age(oldest_unsent, now),
            waiting=waiting,
            oldest_waiting=_age(oldest_waiting, now),
            parked=parked,
            oldest_parked=_age(oldest_parked, now),
        )

    def _count(self, condition: ColumnElement[bool], since: Any) -> tuple[int, datetime | None]:
        with self._database.reading() as session:
            row = session.execute(select(func.count(), func.min(since)).where(condition)).one()
        return row[0], row[1]

    def _resolve(self, action: str, selection: Selection, values: dict[str, Any]) -> int:
        inbox = self._database.table("inbox")
        with self._database.transaction() as tx:
            selected = select(inbox.c.event_id, inbox.c.handler).where(self._selected(selection))
            rows = list(tx.execute(selected.with_for_update(skip_locked=True)))
            for row in rows:
                this = and_(inbox.c.event_id == row.event_id, inbox.c.handler == row.handler)
                tx.execute(update(inbox).where(this).values(**values))
                self._add_action(tx, action, row.event_id, row.handler)
        return len(rows)

    def _add_action(self, tx: Transaction, action: str, event_id: UUID, handler: str) -> None:
        tx.execute(
            insert(self._database.table("mendings")).values(
                id=new_id(),
                at=utc_now(),
                by=self._by,
                action=action,
                event_id=event_id,
                handler=handler,
            )
        )

    def _selected(self, selection: Selection) -> ColumnElement[bool]:
        return and_(*self._conditions(selection))

    def _conditions(self, selection: Selection) -> Iterator[ColumnElement[bool]]:
        inbox = self._database.table("inbox")
        yield inbox.c.status == Status.PARKED
        if selection.event_id is not None:
            yield inbox.c.event_id == selection.event_id
        if selection.handler is not None:
            yield inbox.c.handler == selection.handler
        if selection.error is not None:
            yield inbox.c.error.contains(selection.error, autoescape=True)
        if selection.since is not None:
            yield inbox.c.received_at >= selection.since
        if selection.until is not None:
            yield inbox.c.received_at < selection.until


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
