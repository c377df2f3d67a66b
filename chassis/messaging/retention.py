"""Retention of messages: deletes settled inbox, outbox and reply rows once they are old.

Rules run table by table and in batches (``maintenance.pruning``); a failing one delays no other.
Dead letters stay until an operator resolves them; the log warns of old ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from nameko.extensions import SharedExtension
from sqlalchemy import ColumnElement, Table, func, select

from chassis.concurrency.loop import Loop
from chassis.database.database import Database
from chassis.database.lease import Lease
from chassis.maintenance.pruning import Retained, Rule, made_before, prune, since
from chassis.messaging.inbox import Status
from chassis.times import utc_now

RETENTION_PERIOD = timedelta(days=7)
"""How long a repeated event or call is recognised: longer than any replay takes."""
INTERVAL = timedelta(minutes=10)
LEASE = "housekeeping"
"""The lease's name in the database, and in ``docs/operating.md``."""
WAITS_TOO_LONG = timedelta(days=30)
"""A dead letter holds personal data: an operator should have resolved it by then."""
WARNING_INTERVAL = timedelta(days=1)


def sent(outbox: Table, before: datetime) -> ColumnElement[bool]:
    """Events sent before this time. They were emitted before it too, which their ids say: so no
    index on ``sent_at`` is needed, which each event would be entered in twice."""
    return made_before("event_id")(outbox, before) & since("sent_at")(outbox, before)


RULES = (
    Rule("outbox", RETENTION_PERIOD, LEASE, due=sent),
    Rule("inbox", RETENTION_PERIOD, LEASE, due=since("settled_at")),
    Rule("replies", RETENTION_PERIOD, LEASE, due=since("made_at")),
    Rule("mendings", timedelta(days=730), LEASE, due=since("at")),
)
SCHEDULE = (*RULES, Retained("forgotten"), Retained("clocks"))
"""The retention schedule of the tables that every service has."""

log = structlog.get_logger()


class MessageRetention(SharedExtension):
    """A greenthread of each service; one instance of the service works at a time."""

    database: Database

    def __init__(self) -> None:
        self._loop = Loop(LEASE, self._round)

    def start(self) -> None:
        self._lease = Lease(self.database, LEASE, INTERVAL)
        self._warning_lease = Lease(self.database, "dead_letters", WARNING_INTERVAL)
        self._loop.start(self.container)

    def finish(self) -> None:
        self._loop.finish()

    def _round(self) -> float:
        if self._lease.claim():
            try:
                prune_messages(self.database, utc_now())
                self.database.truncate_wal()
            finally:
                self._lease.release()
        if self._warning_lease.claim():
            try:
                warn_of_dead_letters(self.database, utc_now())
            finally:
                self._warning_lease.release()
        return INTERVAL.total_seconds()


def prune_messages(database: Database, now: datetime) -> None:
    """Delete events and replies that were sent, settled or answered before the retention period."""
    prune(database, RULES, now)


def warn_of_dead_letters(database: Database, now: datetime) -> None:
    """Log a warning about dead letters that have waited too long for an operator."""
    inbox = database.table("inbox")
    number, oldest = func.count(), func.min(inbox.c.received_at)
    query = select(number, oldest).where(inbox.c.status == Status.PARKED)
    with database.reading() as session:
        old, since_ = session.execute(query.where(inbox.c.received_at < now - WAITS_TOO_LONG)).one()
    if old:
        log.warning(
            "dead_letters_unresolved",
            service=database.service,
            number=old,
            oldest_days=(now - since_).days,
        )
