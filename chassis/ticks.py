"""Ticks: a clock shared through the database by all instances of a service."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, update

from chassis.ids import new_id
from chassis.inserts import insert_if_absent
from chassis.times import utc_now

if TYPE_CHECKING:
    from chassis.store import Store

CLAIM_LASTS = timedelta(minutes=5)


class Ticks:
    """The ticks of one clock, shared by all instances through the database."""

    def __init__(self, store: Store, name: str, interval: timedelta) -> None:
        self._store = store
        self._name = name
        self._interval = interval
        self._me: UUID = new_id()

    def claim(self) -> bool:
        """Whether a tick is due and ours."""
        clocks, now = self._store.table("clocks"), utc_now()
        with self._store.transaction() as tx:
            insert_if_absent(tx, clocks, name=self._name, due_at=now)
            claim: Any = tx.execute(
                update(clocks)
                .where(
                    clocks.c.name == self._name,
                    clocks.c.due_at <= now,
                    or_(clocks.c.held_until.is_(None), clocks.c.held_until <= now),
                )
                .values(due_at=now + self._interval, holder=self._me, held_until=now + CLAIM_LASTS)
            )
            return bool(claim.rowcount)

    def release(self) -> None:
        clocks = self._store.table("clocks")
        with self._store.transaction() as tx:
            tx.execute(
                update(clocks)
                .where(clocks.c.name == self._name, clocks.c.holder == self._me)
                .values(holder=None, held_until=None)
            )
