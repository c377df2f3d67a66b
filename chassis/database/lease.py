"""Lease of a schedule: of all instances of a service, one runs it at a time.

The row in ``clocks`` says when the next run is due, which instance holds the lease, and until when.
A holder that dies keeps the lease for ``LEASE_LASTS`` at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Table, Update, Uuid, bindparam, or_, update

from chassis.database.database import Database
from chassis.database.upserts import insert_if_absent_on
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
        clocks = database.table("clocks")
        self._claim, self._release = _claim(clocks), _release(clocks)

    def claim(self) -> bool:
        """Take the lease; whether a run is due and this instance holds it."""
        now = utc_now()
        with self._database.writing() as connection:
            if self._taken(connection, now):
                return True
            clocks = self._database.table("clocks")
            is_new = insert_if_absent_on(connection, clocks, name=self._name, due_at=now)
            return is_new and self._taken(connection, now)

    def _taken(self, connection: Connection, now: datetime) -> bool:
        found = connection.execute(
            self._claim,
            {
                "now": now,
                "next_at": now + self._interval,
                "me": self._me,
                "until": now + LEASE_LASTS,
                "called": self._name,
            },
        )
        return bool(found.rowcount)

    def release(self) -> None:
        """Give the lease back after a run."""
        with self._database.writing() as connection:
            connection.execute(self._release, {"called": self._name, "me": self._me})


def _claim(clocks: Table) -> Update:
    now, me = bindparam("now", type_=clocks.c.due_at.type), bindparam("me", type_=Uuid())
    free = or_(
        clocks.c.held_until.is_(None),
        clocks.c.held_until <= now,
        clocks.c.holder == me,  # an earlier release failed
    )
    return (
        update(clocks)
        .where(clocks.c.name == bindparam("called"), clocks.c.due_at <= now, free)
        .values(due_at=bindparam("next_at"), holder=me, held_until=bindparam("until"))
    )


def _release(clocks: Table) -> Update:
    mine = clocks.c.name == bindparam("called"), clocks.c.holder == bindparam("me")
    return update(clocks).where(*mine).values(holder=None, held_until=None)
