"""What is told when a calendar holds something else than before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from chassis.transaction import Transaction
from contracts.booking import SlotsQuery
from services.booking.availability.calendars import Calendar
from services.booking.slots.free_times import LONGEST_PERIOD
from services.booking.slots.queries import taken_times


def free_times(calendar: Calendar, taken: Collection[datetime], now: datetime) -> list[datetime]:
    """All that can be booked, as far ahead as slots are listed."""
    query = SlotsQuery(starting_from=now, until=now + LONGEST_PERIOD)
    return [each.starts_at for each in calendar.slots(query, taken, now)]


def tell_of_slots(tx: Transaction, calendar: Calendar, now: datetime) -> None:
    """The calendar's news after what it holds has changed."""
    taken = taken_times(tx, calendar.specialist_id, now)
    tx.emit(*calendar.review(taken, now))
