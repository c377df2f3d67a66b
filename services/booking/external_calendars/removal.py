"""What becomes of external calendars that are to block nothing any more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from chassis.database.transaction import Transaction
from services.booking.availability import external_busy_times
from services.booking.availability.external_busy_times import BusyTime
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.requests import ReadingRequests


def remove(tx: Transaction, calendar: ExternalCalendar) -> bool:
    """Drop the address and all that it blocked; whether it blocked anything."""
    tx.delete(calendar)
    return external_busy_times.replace(tx, calendar.id, calendar.specialist_id, [])


def forget_all(tx: Transaction, specialist_id: UUID) -> None:
    """Drop all that there is of a specialist's external calendars; harmless to repeat."""
    for kind in (ExternalCalendar, BusyTime, ReadingRequests):
        tx.execute(delete(kind).where(kind.specialist_id == specialist_id))
