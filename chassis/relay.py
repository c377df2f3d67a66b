"""The relay: what transactions left in the outbox goes to the broker, at least once.

A commit rings its bell; it also looks by itself every half second, so that nothing stays behind
after a crash. It marks as sent only what the broker confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nameko.extensions import SharedExtension
from sqlalchemy import select, update

from chassis.broker import BrokerAway, ConfirmedPublisher, Outgoing
from chassis.database import Database
from chassis.engines import has_row_locks
from chassis.events import exchange_of
from chassis.loop import Loop
from chassis.times import utc_now

SWEEP_EVERY_S = 0.5
BATCH = 200


class Relay(SharedExtension):
    """One greenthread for each service, with a broker connection of its own."""

    database: Database

    def __init__(self) -> None:
        self._loop = Loop("relay", self._round, once_more=True)

    def start(self) -> None:
        config = self.container.config
        exchange = exchange_of(self.container.service_name)
        self._publisher = ConfirmedPublisher(config["AMQP_URI"], [exchange], config["TOPOLOGY"])
        self._loop.start(self.container)

    def ring(self) -> None:
        """There is something to send."""
        self._loop.bell.ring()

    def finish(self) -> None:
        """Send what is there and stop; waits for it."""
        self._loop.finish()

    def stop(self) -> None:
        self._publisher.drop()

    def _round(self) -> float:
        if self.sweep() == BATCH:
            return 0.0
        self._publisher.keep_alive()
        return SWEEP_EVERY_S

    def sweep(self) -> int:
        """Publish the oldest unsent events; how many were found."""
        with self._unsent() as (session, rows):
            if not rows:
                return 0
            exchange = exchange_of(self.database.service).name
            confirmed = self._publisher.publish(
                Outgoing(row.seq, row.body, exchange, row.type, str(row.event_id)) for row in rows
            )
            self._mark_sent(session, confirmed)
        if len(confirmed) < len(rows):
            raise BrokerAway(f"{len(rows) - len(confirmed)} of {len(rows)} events not confirmed")
        return len(rows)

    @contextmanager
    def _unsent(self) -> Iterator[tuple[Any, list[Any]]]:
        """The batch. Rows are locked against other relays where the database has row locks;
        where it has none, this process is the only one to serve it."""
        outbox = self.database.table("outbox")
        oldest = (
            select(outbox.c.seq, outbox.c.event_id, outbox.c.type, outbox.c.body)
            .where(outbox.c.sent_at.is_(None))
            .order_by(outbox.c.seq)
            .limit(BATCH)
        )
        if has_row_locks(self.database.writer):
            with self.database.transaction() as tx:
                yield tx, list(tx.execute(oldest.with_for_update(skip_locked=True)))
        else:
            with self.database.reading() as session:
                rows = list(session.execute(oldest))
            yield None, rows

    def _mark_sent(self, session: Any, seqs: list[int]) -> None:
        if not seqs:
            return
        outbox = self.database.table("outbox")
        mark = update(outbox).where(outbox.c.seq.in_(seqs)).values(sent_at=utc_now())
        if session is not None:
            session.execute(mark)
        else:
            with self.database.transaction() as tx:
                tx.execute(mark)
