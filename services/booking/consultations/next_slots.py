"""Announces a calendar's next slots after anything in it has changed."""

from __future__ import annotations

from datetime import datetime

from chassis.database.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.consultations.busy_times import busy_times


def announce_next_slots(tx: Transaction, calendar: Calendar, now: datetime) -> None:
    """Emit the calendar's events where its next slots or its budget have changed."""
    tx.emit(*calendar.review(busy_times(tx, calendar.specialist_id, now), now))
