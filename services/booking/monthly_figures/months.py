"""The last twelve calendar months in a time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Month:
    """One month: its first day, and the moments at which it begins and ends."""

    first_day: date
    begins: datetime
    ends: datetime


def last_twelve(time_zone: str, now: datetime) -> list[Month]:
    """The month that ``now`` lies in, and the eleven before; the oldest first."""
    zone = ZoneInfo(time_zone)
    this = now.astimezone(zone).date().replace(day=1)
    days = [_shifted(this, months) for months in range(1 - MONTHS_A_YEAR, 2)]
    times = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    return [
        Month(day, begins, ends)
        for day, begins, ends in zip(days[:-1], times[:-1], times[1:], strict=True)
    ]


def _shifted(day: date, months: int) -> date:
    count = day.year * MONTHS_A_YEAR + day.month - 1 + months
    return date(count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, 1)
