"""Forgetting in time: what was settled long ago leaves the chassis's tables.

Parked events stay until a person resolves them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from eventlet.event import Event as GreenEvent
from nameko.extensions import SharedExtension
from sqlalchemy import delete

from chassis.bell import Bell
from chassis.ticks import Ticks
from chassis.times import utc_now

if TYPE_CHECKING:
    from chassis.store import Store

KEPT = timedelta(days=7)
"""How long a repetition of an event or a call is known as one: longer than any replay."""
EVERY = timedelta(minutes=10)

log = structlog.get_logger()


class Housekeeping(SharedExtension):
    """One greenthread for each service; one instance of the service works at a time."""

    store: Store

    def __init__(self) -> None:
        self._bell = Bell()
        self._stopping = GreenEvent()

    def start(self) -> None:
        self.container.spawn_managed_thread(self._run, identifier="housekeeping")

    def finish(self) -> None:
        if not self._stopping.ready():
            self._stopping.send(None)
        self._bell.ring()

    def _run(self) -> None:
        ticks = Ticks(self.store, "housekeeping", EVERY)
        while not self._stopping.ready():
            try:
                if ticks.claim():
                    forget(self.store, utc_now() - KEPT)
                    ticks.release()
            except Exception as error:
                log.warning("housekeeping_waits", error=f"{type(error).__name__}: {error}")
            self._bell.wait(EVERY.total_seconds())


def forget(store: Store, before: datetime) -> None:
    """Delete what was sent, settled or answered before this time."""
    outbox, inbox, replies = (store.table(name) for name in ("outbox", "inbox", "replies"))
    with store.transaction() as tx:
        tx.execute(delete(outbox).where(outbox.c.sent_at < before))
        tx.execute(delete(inbox).where(inbox.c.settled_at < before))
        tx.execute(delete(replies).where(replies.c.made_at < before))
