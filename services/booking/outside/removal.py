"""What becomes of a calendar elsewhere that is to block nothing any more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from chassis.transaction import Transaction
from services.booking.outside import busy_times
from services.booking.outside.outside_calendars import OutsideCalendar


def forget(tx: Transaction, specialist_id: UUID) -> bool:
    """Drop the address and all that it blocked; whether it blocked anything."""
    tx.execute(delete(OutsideCalendar).where(OutsideCalendar.specialist_id == specialist_id))
    return busy_times.replace(tx, specialist_id, [])
