"""Removes external calendars with all that they block."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from chassis.database.transaction import Transaction
from services.booking.availability import external_busy_times
from services.booking.availability.external_busy_times import BusyTime
from services.booking.external_calendars.external_calendars import ExternalCalendar
from services.booking.external_calendars.reading_limits import ReadingRequests


def remove(tx: Transaction, calendar: ExternalCalendar) -> bool:
    """Delete a calendar and its busy times. Returns whether it had any."""
    tx.delete(calendar)
    return external_busy_times.replace(tx, calendar.id, calendar.specialist_id, [])


def forget_all(tx: Transaction, specialist_id: UUID) -> None:
    """Delete all external calendars of a specialist. Idempotent."""
    for kind in (ExternalCalendar, BusyTime, ReadingRequests):
        tx.execute(delete(kind).where(kind.specialist_id == specialist_id))
