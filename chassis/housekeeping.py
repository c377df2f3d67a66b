"""Forgetting in time: what was settled long ago leaves the chassis's tables.

Parked events stay until a person resolves them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nameko.extensions import SharedExtension
from sqlalchemy import delete

from chassis.database import Database
from chassis.loop import Loop
from chassis.ticks import Ticks
from chassis.times import utc_now

KEPT = timedelta(days=7)
"""How long a repetition of an event or a call is known as one: longer than any replay."""
EVERY = timedelta(minutes=10)


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
            forget(self.database, utc_now() - KEPT)
            self._ticks.release()
        return EVERY.total_seconds()


def forget(database: Database, before: datetime) -> None:
    """Delete what was sent, settled or answered before this time."""
    outbox, inbox, replies = (database.table(name) for name in ("outbox", "inbox", "replies"))
    with database.transaction() as tx:
        tx.execute(delete(outbox).where(outbox.c.sent_at < before))
        tx.execute(delete(inbox).where(inbox.c.settled_at < before))
        tx.execute(delete(replies).where(replies.c.made_at < before))
