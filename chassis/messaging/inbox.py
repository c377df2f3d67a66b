"""Inbox: each event takes effect once for each handler; a failed one is retried, then parked.

    received ── handled ─────────────────────────► done
       │                                            ▲
       │                                            │ handled
       ├── failed ──────────────────────────────► retry ◄── failed: again after a backoff
       │                                           │  ▲
       │              failed ATTEMPTS times,       │  │ replay
       │              or unreadable                ▼  │
       └── unreadable, or its consumer ─────────► parked ── discard ──► discarded
           crashed DELIVERY_LIMIT times

A parked row is a dead letter: it keeps its bytes until an operator replays or discards it
(``redrive``). Retention deletes done and discarded rows after 7 days.
The numbers are in ``retry_limits``.

The row is written in the transaction of the handler's effects, so a repetition finds it and does
nothing. A handler that meets an erased id (``Erased``) has nothing to do: its event is done. An
event that mentions one is never parked, but discarded without its bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import eventlet
import structlog
from sqlalchemy import Select, Table, bindparam, insert, select, update

from chassis.concurrency.backoff import backoff
from chassis.context import CallContext, entered
from chassis.database.database import Database
from chassis.database.refusals import Erased
from chassis.database.tombstones import erased_among, ids_mentioned_in
from chassis.database.transaction import Transaction
from chassis.database.upserts import insert_if_absent, insert_those_absent
from chassis.error_text import LONGEST_ERROR, error_text, storable
from chassis.events import Envelope, Event
from chassis.ids import new_id
from chassis.masking import masked
from chassis.messaging import retry_limits
from chassis.times import utc_now

HANDLER_DEADLINE_S = 20.0
"""A handler that takes longer has failed: it would hold a worker, and its rows, forever."""
TOGETHER_DEADLINE_S = 2.0
"""Several events in one transaction hold each other's rows: one that is slow is handled alone."""
LONGEST_NAME = 100
ERASURE = "erasure"
"""The operator's name in the record, where erasure discards an event."""

log = structlog.get_logger()

Handler = Callable[[Any, Transaction], object]


class Status(StrEnum):
    DONE = "done"
    RETRY = "retry"
    PARKED = "parked"
    DISCARDED = "discarded"


EMPTIED: dict[str, Any] = {"status": Status.DISCARDED, "error": None, "body": None}
"""The values of a row whose event mentions an erased id."""


def pause_before(attempt: int, chance: float) -> timedelta:
    """The backoff before the ``attempt``-th attempt (from 2)."""
    return backoff(attempt - 1, retry_limits.FIRST_PAUSE, retry_limits.LONGEST_PAUSE, chance)


@dataclass(frozen=True)
class Waiting:
    """An event that waits for another attempt."""

    event_id: UUID
    handler: str
    attempts: int
    due_at: datetime
    body: bytes = field(repr=False)  # may hold personal data; logs show the rest


class Inbox:
    """The inbox table of one service. ``expect`` is told when an attempt will be due."""

    def __init__(
        self, database: Database, expect: Callable[[datetime], object] = lambda due_at: None
    ) -> None:
        self._database = database
        self._expect = expect

    @property
    def _table(self) -> Table:
        return self._database.table("inbox")

    def receive(self, envelope: Envelope[Event], body: bytes, handler: str, run: Handler) -> None:
        """Handle an event from the broker, unless it was handled before.

        A failure is stored for the retries; raises ``DatabaseAway`` where it can't be stored.
        """
        try:
            with eventlet.Timeout(HANDLER_DEADLINE_S), self._database.transaction() as tx:
                if self._claim(tx, envelope, handler):
                    tx.learn_erased(ids_mentioned_in(body))
                    run(envelope.data, tx)
                    log.info("event_handled", event_type=envelope.type, handler=handler)
                else:
                    log.info("event_duplicate_skipped", event_type=envelope.type, handler=handler)
        except Erased:
            with self._database.transaction() as tx:
                self._claim(tx, envelope, handler)
            log.info("event_skipped_erased", event_type=envelope.type, handler=handler)
        except (Exception, eventlet.Timeout) as error:
            self._database.check()  # raises DatabaseAway: no attempt is consumed
            self._store_failed(envelope, body, handler, error)

    def receive_together(
        self, received: Sequence[tuple[Envelope[Event], bytes]], handler: str, run: Handler
    ) -> None:
        """Handle several events in one transaction, except those that were handled before.

        Events of one subject keep their order, and subjects go in the order of their ids, so that
        two processes lock rows in the same order. Any failure rolls all of it back and is raised,
        and counts as no attempt: the caller then receives them one by one.
        """
        with eventlet.Timeout(TOGETHER_DEADLINE_S), self._database.transaction() as tx:
            fresh = self._claim_all(tx, [envelope for envelope, _ in received], handler)
            bodies = b"".join(body for _, body in received)
            tx.learn_erased(ids_mentioned_in(bodies))
            for envelope in sorted(fresh, key=attrgetter("subject")):
                with entered(CallContext(correlation_id=envelope.correlationid)):
                    run(envelope.data, tx)
                    log.info("event_handled", event_type=envelope.type, handler=handler)

    def _claim_all(
        self, tx: Transaction, envelopes: Sequence[Envelope[Event]], handler: str
    ) -> list[Envelope[Event]]:
        """Claim these events; those that were not handled before, in their order."""
        by_id = {each.id: each for each in envelopes}
        rows = [self._claimed(by_id[id], handler) for id in sorted(by_id)]
        claimed = {row.event_id for row in insert_those_absent(tx, self._table, rows)}
        return [each for each in by_id.values() if each.id in claimed]

    def _claim(self, tx: Transaction, envelope: Envelope[Event], handler: str) -> bool:
        return insert_if_absent(tx, self._table, **self._claimed(envelope, handler))

    def _claimed(self, envelope: Envelope[Event], handler: str) -> dict[str, Any]:
        now = utc_now()
        return {
            "event_id": envelope.id,
            "handler": handler,
            "type": envelope.type,
            "status": Status.DONE,
            "attempts": 1,
            "received_at": now,
            "settled_at": now,
        }

    def _store_failed(
        self, envelope: Envelope[Event], body: bytes, handler: str, error: BaseException
    ) -> None:
        log.warning(
            "event_failed", event_type=envelope.type, handler=handler, attempt=1, exc_info=error
        )
        now = utc_now()
        due_at = now + pause_before(2, random.random())
        with self._database.transaction() as tx:
            insert_if_absent(
                tx,
                self._table,
                event_id=envelope.id,
                handler=handler,
                type=envelope.type,
                status=Status.RETRY,
                attempts=1,
                received_at=now,
                next_attempt_at=due_at,
                error=error_text(error),
                body=body,
            )
        self._expect(due_at)

    def park(self, body: bytes, handler: str, type_: str, reason: str) -> None:
        """Store bytes that no handler can read, for an operator.

        Their id is derived from them, so that the same bytes are stored once.
        """
        log.error("event_parked", handler=handler, event_type=type_, reason=reason)
        event_id = uuid5(NAMESPACE_URL, f"{handler}:{body.hex()}")
        handler = storable(handler, LONGEST_NAME)
        with self._database.transaction() as tx:
            parked = self._parked_or_emptied(tx, event_id, handler, reason, body)
            insert_if_absent(
                tx,
                self._table,
                event_id=event_id,
                handler=handler,
                type=storable(type_, LONGEST_NAME),
                attempts=0,
                received_at=utc_now(),
                **parked,
            )

    def due(self, by: datetime, limit: int, handlers: Collection[str]) -> list[Waiting]:
        """Events whose next attempt is due by then, for these handlers, the first due first."""
        parameters = {"by": by, "most": limit, "handlers": list(handlers)}
        with self._database.looking() as connection:
            return [Waiting(*row) for row in connection.execute(_due(self._table), parameters)]

    def retry(self, waiting: Waiting, envelope: Envelope[Event], run: Handler) -> None:
        """Make the next attempt. Safe under concurrency: one caller wins an attempt, the others
        do nothing."""
        attempt = waiting.attempts + 1
        settled = {"status": Status.DONE, "settled_at": utc_now(), "body": None, "error": None}
        try:
            with eventlet.Timeout(HANDLER_DEADLINE_S), self._database.transaction() as tx:
                if self._advance(tx, waiting, attempts=attempt, **settled):
                    run(envelope.data, tx)
        except Erased:
            with self._database.transaction() as tx:
                self._advance(tx, waiting, attempts=attempt, **settled)
        except (Exception, eventlet.Timeout) as error:
            self._database.check()
            self._put_back(waiting, attempt, error)

    def park_again(self, waiting: Waiting, reason: str) -> None:
        """Park an event that was to be retried and can't be read."""
        with self._database.transaction() as tx:
            self._park(tx, waiting, waiting.attempts, reason)

    def _put_back(self, waiting: Waiting, attempt: int, error: BaseException) -> None:
        log.warning("event_failed", handler=waiting.handler, attempt=attempt, exc_info=error)
        with self._database.transaction() as tx:
            if attempt >= retry_limits.ATTEMPTS:
                self._park(tx, waiting, attempt, error_text(error))
                return
            again = utc_now() + pause_before(attempt + 1, random.random())
            self._advance(
                tx, waiting, attempts=attempt, next_attempt_at=again, error=error_text(error)
            )
        self._expect(again)

    def _park(self, tx: Transaction, waiting: Waiting, attempt: int, reason: str) -> None:
        parked = self._parked_or_emptied(
            tx, waiting.event_id, waiting.handler, reason, waiting.body
        )
        self._advance(tx, waiting, attempts=attempt, next_attempt_at=None, **parked)

    def _parked_or_emptied(
        self, tx: Transaction, event_id: UUID, handler: str, reason: str, body: bytes
    ) -> dict[str, Any]:
        """The values of a parked row; of a discarded one where the bytes mention an erased id."""
        if not erased_among(tx, self._database.base.metadata, ids_mentioned_in(body)):
            return {
                "status": Status.PARKED,
                "error": storable(masked(reason), LONGEST_ERROR),
                "body": body,
            }
        record_erasure(tx, self._database, event_id, handler)
        return EMPTIED | {"settled_at": utc_now()}

    def _advance(self, tx: Transaction, waiting: Waiting, **values: Any) -> bool:
        inbox = self._table
        result: Any = tx.execute(
            update(inbox)
            .where(
                inbox.c.event_id == waiting.event_id,
                inbox.c.handler == waiting.handler,
                inbox.c.status == Status.RETRY,
                inbox.c.attempts == waiting.attempts,
            )
            .values(**values)
        )
        return bool(result.rowcount)


@cache
def _due(inbox: Table) -> Select[Any]:
    columns = ("event_id", "handler", "attempts", "next_attempt_at", "body")
    return (
        select(*(inbox.c[name] for name in columns))
        .where(
            inbox.c.status == Status.RETRY,
            inbox.c.next_attempt_at <= bindparam("by"),
            inbox.c.handler.in_(bindparam("handlers", expanding=True)),
        )
        .order_by(inbox.c.next_attempt_at)
        .limit(bindparam("most"))
    )


def record_erasure(tx: Transaction, database: Database, event_id: UUID, handler: str) -> None:
    """Record in ``mendings`` that erasure discarded this event."""
    tx.execute(
        insert(database.table("mendings")).values(
            id=new_id(),
            at=utc_now(),
            by=ERASURE,
            action="discard",
            event_id=event_id,
            handler=handler,
        )
    )
