"""What is told when a calendar holds something else than before."""

from __future__ import annotations

from datetime import datetime

from chassis.database.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.slots.queries import taken_times


def tell_of_slots(tx: Transaction, calendar: Calendar, now: datetime) -> None:
    """The calendar's news after what it holds has changed."""
    taken = taken_times(tx, calendar.specialist_id, now)
    tx.emit(*calendar.review(taken, now))
