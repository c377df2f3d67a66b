"""Parses times and durations of calendar files: RFC 5545, and other forms with one meaning."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

Time = date
"""A date, or a ``datetime`` with or without a zone."""
FIRST_YEAR = 1000
"""Earlier years are mistakes: some programs write 0001-01-01 for "none"."""
A_DAY = timedelta(days=1)
TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"\+?P(?:(\d+)W)?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.IGNORECASE
)
MOST_MINUTES = 24 * 60
LONGEST_DAYS = 366 * 100


class Duration(NamedTuple):
    """A duration: days by the calendar, and the rest by the clock (RFC 5545, 3.3.6)."""

    days: timedelta
    rest: timedelta

    @property
    def whole(self) -> timedelta:
        return self.days + self.rest


def written_time(text: str) -> tuple[Time, bool]:
    """A time, and whether it has its own offset from UTC. Raises ``ValueError``."""
    match = TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    day = date(int(match[1]), int(match[2]), int(match[3]))
    if day.year < FIRST_YEAR:
        raise ValueError(text)
    if match[4] is None:
        return day, False
    hour, minute, second = int(match[4]), int(match[5]), int(match[6] or 0)
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + A_DAY, 0
    zone = _zone_of(match[7])
    at = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=zone)
    return at, zone is not None


def _zone_of(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    east = timedelta(hours=hours, minutes=minutes)
    return timezone(-east if offset[0] == "-" else east)


def duration(text: str) -> tuple[Duration, bool]:
    """A duration, and whether it is certain: a bare number has no unit, and counts as minutes, or
    as seconds if that would be more than a day. Raises ``ValueError``."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        number = int(text[:9])
        minutes = number <= MOST_MINUTES
        return Duration(
            timedelta(), timedelta(**{"minutes" if minutes else "seconds": number})
        ), False
    match = DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(text)
    weeks, days, hours, minutes_, seconds = (int((each or "0")[:12]) for each in match.groups())
    if weeks * 7 + days + hours / 24 + minutes_ / 1440 + seconds / 86400 > LONGEST_DAYS:
        raise ValueError(text)
    rest = timedelta(hours=hours, minutes=minutes_, seconds=seconds)
    return Duration(timedelta(weeks=weeks, days=days), rest), True
