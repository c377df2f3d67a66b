"""Lease of a schedule: of all instances of a service, one runs it at a time.

The row in ``clocks`` says when the next run is due, which instance holds the lease, and until when.
A holder that dies keeps the lease for ``LEASE_LASTS`` at most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, update

from chassis.database.database import Database
from chassis.database.upserts import insert_if_absent
from chassis.ids import new_id
from chassis.times import utc_now

LEASE_LASTS = timedelta(minutes=5)


class Lease:
    """The lease of one schedule, ``name``, which is due at each ``interval``."""

    def __init__(self, database: Database, name: str, interval: timedelta) -> None:
        self._database = database
        self._name = name
        self._interval = interval
        self._me: UUID = new_id()

    def claim(self) -> bool:
        """Take the lease; whether a run is due and this instance holds it."""
        clocks, now = self._database.table("clocks"), utc_now()
        with self._database.transaction() as tx:
            insert_if_absent(tx, clocks, name=self._name, due_at=now)
            claim: Any = tx.execute(
                update(clocks)
                .where(
                    clocks.c.name == self._name,
                    clocks.c.due_at <= now,
                    or_(
                        clocks.c.held_until.is_(None),
                        clocks.c.held_until <= now,
                        clocks.c.holder == self._me,  # an earlier release failed
                    ),
                )
                .values(due_at=now + self._interval, holder=self._me, held_until=now + LEASE_LASTS)
            )
            return bool(claim.rowcount)

    def release(self) -> None:
        """Give the lease back after a run."""
        clocks = self._database.table("clocks")
        with self._database.transaction() as tx:
            tx.execute(
                update(clocks)
                .where(clocks.c.name == self._name, clocks.c.holder == self._me)
                .values(holder=None, held_until=None)
            )
