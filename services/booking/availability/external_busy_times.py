"""The table of busy times from external calendars. Those of one calendar do not overlap."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from services.booking.availability.busy import Interval
from services.booking.base import Base


class BusyTime(Base):
    """One busy interval of one external calendar. Those of two calendars may overlap."""

    __tablename__ = "external_busy_times"
    __table_args__ = (
        Index("ix_external_busy_times_specialist_id_ends_at", "specialist_id", "ends_at"),
    )

    calendar_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    specialist_id: Mapped[UUID]


def replace(tx: Transaction, calendar_id: UUID, specialist_id: UUID, busy: list[Interval]) -> bool:
    """Replace the busy times of one calendar. Returns whether they have changed."""
    its = BusyTime.calendar_id == calendar_id
    before = select(BusyTime.starts_at, BusyTime.ends_at).where(its)
    if sorted(map(Interval._make, tx.execute(before))) == busy:
        return False
    tx.execute(delete(BusyTime).where(its))
    ids = {"calendar_id": calendar_id, "specialist_id": specialist_id}
    rows = [{**ids, **each._asdict()} for each in busy]
    if rows:
        tx.execute(insert(BusyTime), rows)
    return True
