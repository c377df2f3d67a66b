"""Outbox relay: publishes the events that transactions wrote, at least once.

A commit gives it its events: they are published from memory, and those that the broker confirmed
are marked as sent some moments later, many by one statement. Every two seconds it sweeps the outbox
for events that were left unsent: by a process that crashed, by a broker that was away. One that was
published and not marked goes out again, which its consumers notice by its id.

Swept events go out in batches. Where a batch fails though the broker is reachable, one of its
events is at fault (too large for the broker, or its row is damaged): each is then published alone.
One that fails alone stays in the outbox, where ``firststep events lag`` counts it, and is retried
alone with backoff; the others go on. Failures are remembered in memory: a new process retries at
once.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import eventlet
import structlog
from nameko.extensions import SharedExtension
from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, select, type_coerce, update
from sqlalchemy.types import NullType

from chassis.broker.publishing import BrokerAway, ConfirmedPublisher, Outgoing
from chassis.concurrency.backoff import backoff
from chassis.concurrency.loop import Loop
from chassis.database.database import Database
from chassis.database.engines import has_row_locks
from chassis.database.transaction import Outboxed
from chassis.error_text import error_text
from chassis.events import exchange_of
from chassis.scheduling.for_each import FIRST_PAUSE, LONGEST_PAUSE
from chassis.times import utc_now

SWEEP_EVERY_S = 2.0
MARK_EVERY_S = 0.1
LEFT_AFTER = timedelta(seconds=1)
"""An event that is unsent for so long was left by the process that emitted it."""
MOST_TAKEN = 2000
"""Events in memory; the sweep finds what is beyond."""
BATCH = 200
ALONE_FOR_S = 15.0
"""Publishing one by one pauses after this: a process that stops waits for the sweep."""

log = structlog.get_logger()


class _Failing(NamedTuple):
    """An event that failed alone: how often, and when it may be retried (monotonic clock)."""

    times: int
    not_before: float


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """The column as stored, not converted to its type: one damaged row would end the query."""
    return type_coerce(column, NullType()).label(column.name)


class OutboxRelay(SharedExtension):
    """Publishes one service's outbox, in a greenthread with a broker connection of its own."""

    database: Database

    def __init__(self) -> None:
        self._failing: dict[int, _Failing] = {}
        self._taken: deque[Outboxed] = deque()
        self._confirmed: list[int] = []
        self._mark_at = self._sweep_at = 0.0
        self._finishing = False
        self._loop = Loop("relay", self._round, once_more=True)

    def start(self) -> None:
        config = self.container.config
        exchange = exchange_of(self.container.service_name)
        self._publisher = ConfirmedPublisher(config["AMQP_URI"], [exchange], config["TOPOLOGY"])
        self._loop.start(self.container)

    def take(self, events: Sequence[Outboxed]) -> None:
        """Publish these events, which were committed just now."""
        self._taken.extend(events[: MOST_TAKEN - len(self._taken)])
        self._loop.wake()

    def finish(self) -> None:
        """Send what is in the outbox and stop; returns when that is done."""
        self._finishing = True
        self._loop.finish()

    def stop(self) -> None:
        self._publisher.drop()

    def _round(self) -> float:
        while self._taken:
            self._publish_taken()
        now = monotonic()
        sweeps = self._finishing or now >= self._sweep_at
        if self._confirmed and (sweeps or now >= self._mark_at):
            self._mark_confirmed()
            self._mark_at = now + MARK_EVERY_S
        if sweeps:
            found = self.sweep(timedelta() if self._finishing else LEFT_AFTER)
            self._publisher.keep_alive()
            self._sweep_at = now if found == BATCH else now + SWEEP_EVERY_S
        next_at = min(self._sweep_at, self._mark_at) if self._confirmed else self._sweep_at
        return max(next_at - monotonic(), 0.0)

    def _publish_taken(self) -> None:
        """Publish a batch of what was taken. What is not confirmed is left to the sweep. Raises
        ``BrokerAway``."""
        batch = [self._taken.popleft() for _ in range(min(BATCH, len(self._taken)))]
        try:
            self._publish(batch, self._confirmed)
        except BrokerAway:
            self._taken.clear()
            raise

    def _mark_confirmed(self) -> None:
        confirmed = self._confirmed[:]
        with self.database.transaction() as tx:
            self._mark_sent(tx, confirmed)
        del self._confirmed[: len(confirmed)]

    def sweep(self, left_after: timedelta = timedelta()) -> int:
        """Publish the oldest events that are unsent for so long; how many were found. Raises
        ``BrokerAway``."""
        if not self._failing and not self._finds_any(left_after):
            return 0
        confirmed: list[int] = []
        away = None
        with self._unsent(left_after) as (session, rows):
            try:
                self._publish(rows, confirmed)
            except BrokerAway as error:
                away = error
            if confirmed:
                self._mark_sent(session, confirmed)
        if away is not None:
            raise away
        return len(rows)

    def _publish(self, rows: list[Any], confirmed: list[int]) -> None:
        """Adds to ``confirmed``; raises ``BrokerAway``. A row has the columns of the outbox."""
        fresh = [row for row in rows if row.seq not in self._failing]
        suspect = [row for row in rows if row.seq in self._failing]
        try:
            confirmed += self._publisher.publish(map(self._outgoing, fresh)) if fresh else []
        except Exception:  # publishing each alone shows which one is at fault
            self._publish_alone(fresh, confirmed)
        else:
            missing = {row.seq for row in fresh} - set(confirmed)
            if missing:
                took_others = len(missing) < len(fresh)
                for seq in missing if took_others else ():  # it may refuse these every time
                    self._note_failure(seq)
                raise BrokerAway(f"{len(missing)} of {len(fresh)} events not confirmed")
        self._publish_alone(suspect, confirmed)

    def _publish_alone(self, rows: list[Any], confirmed: list[int]) -> None:
        end = monotonic() + ALONE_FOR_S
        for row in rows:
            if monotonic() > end:
                return  # the next sweep goes on
            try:
                if not self._publisher.publish([self._outgoing(row)]):
                    raise BrokerAway("not confirmed")
            except (Exception, eventlet.Timeout) as error:
                self._publisher.reach()  # raises where the broker is away: no event is at fault
                pause = self._note_failure(row.seq)
                log.error(
                    "event_not_published",
                    seq=row.seq,
                    event_type=row.type,
                    error=error_text(error),
                    failures=self._failing[row.seq].times,
                    retry_in_s=round(pause.total_seconds(), 1),
                )
            else:
                confirmed.append(row.seq)
                self._failing.pop(row.seq, None)

    def _note_failure(self, seq: int) -> timedelta:
        times = self._failing[seq].times + 1 if seq in self._failing else 1
        pause = backoff(times, FIRST_PAUSE, LONGEST_PAUSE, random.random())
        self._failing[seq] = _Failing(times, monotonic() + pause.total_seconds())
        return pause

    def _outgoing(self, row: Any) -> Outgoing:
        """Raises ``TypeError`` or ``ValueError`` where the row is damaged."""
        if not isinstance(row.type, str) or not isinstance(row.body, bytes | memoryview):
            raise TypeError("the row is damaged: its type is not text, or its body not bytes")
        exchange = exchange_of(self.database.service).name
        return Outgoing(row.seq, bytes(row.body), exchange, row.type, str(UUID(str(row.event_id))))

    def _finds_any(self, left_after: timedelta) -> bool:
        """Whether an event is unsent for so long: most sweeps end with this one statement."""
        any_ = _any(self.database.table("outbox"))
        with self.database.looking() as connection:
            return connection.execute(any_, {"before": utc_now() - left_after}).first() is not None

    @contextmanager
    def _unsent(self, left_after: timedelta) -> Iterator[tuple[Any, list[Any]]]:
        """The next batch. Rows are locked against other relays where the database has row locks;
        where it has none (SQLite), this process is the only one that serves it."""
        outbox, now = self.database.table("outbox"), monotonic()
        oldest, before = _oldest(outbox), {"before": utc_now() - left_after}
        if waiting := [seq for seq, each in self._failing.items() if each.not_before > now]:
            oldest = oldest.where(outbox.c.seq.not_in(waiting))
        if has_row_locks(self.database.writer):
            with self.database.transaction() as tx:
                yield tx, self._found(tx, oldest.with_for_update(skip_locked=True), before, waiting)
        else:
            with self.database.reading() as session:
                rows = self._found(session, oldest, before, waiting)
            yield None, rows

    def _found(self, session: Any, oldest: Any, before: Any, waiting: list[int]) -> list[Any]:
        """Runs the query, and drops failures whose row another relay sent or erasure deleted."""
        rows = list(session.execute(oldest, before))
        for gone in self._failing.keys() - set(waiting) - {row.seq for row in rows}:
            del self._failing[gone]
        return rows

    def _mark_sent(self, session: Any, seqs: list[int]) -> None:
        outbox = self.database.table("outbox")
        mark = update(outbox).where(outbox.c.seq.in_(seqs)).values(sent_at=utc_now())
        if session is not None:
            session.execute(mark)
        else:
            with self.database.transaction() as tx:
                tx.execute(mark)


@cache
def _oldest(outbox: Table) -> Select[Any]:
    raw = map(_raw, (outbox.c.event_id, outbox.c.type, outbox.c.body))
    return _left(outbox).add_columns(*raw).order_by(outbox.c.seq).limit(BATCH)


@cache
def _any(outbox: Table) -> Select[Any]:
    return _left(outbox).limit(1)


def _left(outbox: Table) -> Select[Any]:
    return select(outbox.c.seq).where(
        outbox.c.sent_at.is_(None), outbox.c.emitted_at <= bindparam("before")
    )
