"""Forgetting in time: what was settled long ago leaves the chassis's tables.

Table by table and in batches, each in a transaction of its own: what can't be deleted at once, or
of one table, keeps nothing else. Parked events stay until a person resolves them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from nameko.extensions import SharedExtension
from sqlalchemy import Table, delete, select, tuple_

from chassis.database import Database
from chassis.loop import Loop
from chassis.rounds import for_each
from chassis.ticks import Ticks
from chassis.times import utc_now

KEPT = timedelta(days=7)
"""How long a repetition of an event or a call is known as one: longer than any replay."""
EVERY = timedelta(minutes=10)
SETTLED = {"outbox": "sent_at", "inbox": "settled_at", "replies": "made_at"}
"""Tables, and the column that says since when a row is of no more use."""
BATCH = 5000
CLEARED_FOR_S = 10.0


class Housekeeping(SharedExtension):
    """One greenthread for each service; one instance of the service works at a time."""

    database: Database

    def __init__(self) -> None:
        self._loop = Loop("housekeeping", self._round)

    def start(self) -> None:
        self._ticks = Ticks(self.database, "housekeeping", EVERY)
        self._loop.start(self.container)

    def finish(self) -> None:
        self._loop.finish()

    def _round(self) -> float:
        if self._ticks.claim():
            try:
                forget(self.database, utc_now() - KEPT)
            finally:
                self._ticks.release()
        return EVERY.total_seconds()


def forget(database: Database, before: datetime) -> None:
    """Delete what was sent, settled or answered before this time."""

    def clear(table: str) -> None:
        _clear(database, database.table(table), SETTLED[table], before)

    for_each(SETTLED, clear, work=f"housekeeping of {database.service}")


def _clear(database: Database, table: Table, settled: str, before: datetime) -> None:
    """Batch by batch, for a while; the next round goes on."""
    old = select(*table.primary_key).where(table.c[settled] < before).limit(BATCH)
    these = tuple_(*table.primary_key).in_(old)
    end = monotonic() + CLEARED_FOR_S
    deleted = BATCH
    while deleted == BATCH and monotonic() < end:
        with database.transaction() as tx:
            result: Any = tx.execute(delete(table).where(these))
            deleted = result.rowcount
