"""When a specialist is busy elsewhere: stretches of time of which no two meet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.transaction import Transaction
from services.booking.base import Base
from services.booking.slots.taken import Interval


class BusyTime(Base):
    __tablename__ = "busy_times"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


def replace(tx: Transaction, specialist_id: UUID, busy: list[Interval]) -> bool:
    """From now on they are busy then, and at no other time; whether that is news."""
    theirs = BusyTime.specialist_id == specialist_id
    before = select(BusyTime.starts_at, BusyTime.ends_at).where(theirs)
    if sorted(map(Interval._make, tx.execute(before))) == busy:
        return False
    tx.execute(delete(BusyTime).where(theirs))
    rows = [{"specialist_id": specialist_id, **each._asdict()} for each in busy]
    if rows:
        tx.execute(insert(BusyTime), rows)
    return True
