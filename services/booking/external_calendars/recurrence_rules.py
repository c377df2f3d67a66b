"""Recurrence rules (RRULE), without the parts that can't be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time

from services.booking.external_calendars.parser_protocol import ParseRequest
from services.booking.external_calendars.times_and_durations import Time, written_time

WEEKDAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
NUMBER = "[1-9][0-9]{0,8}"
PARTS: dict[str, str | Callable[[int], bool]] = {
    "FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": NUMBER,
    "COUNT": NUMBER,
    "WKST": WEEKDAY,
    "BYDAY": f"(?:[+-]?[1-9][0-9]?)?{WEEKDAY}",
    "BYSECOND": lambda number: 0 <= number <= 59,
    "BYMINUTE": lambda number: 0 <= number <= 59,
    "BYHOUR": lambda number: 0 <= number <= 23,
    "BYMONTHDAY": lambda number: 1 <= abs(number) <= 31,
    "BYYEARDAY": lambda number: 1 <= abs(number) <= 366,
    "BYWEEKNO": lambda number: 1 <= abs(number) <= 53,
    "BYMONTH": lambda number: 1 <= number <= 12,
    "BYSETPOS": lambda number: 1 <= abs(number) <= 366,
}
"""The values that each part allows (RFC 5545, 3.3.10)."""
SAYS_NOTHING = re.compile(r"X-.*|SKIP=.*|RSCALE=GREGORIAN|[^=]*=|")


def readable_rule(text: str, start: Time, asked: ParseRequest) -> tuple[str | None, list[str]]:
    """The rule for the library, ``None`` without a frequency; and the names of the parts that were
    left out. Without them an event blocks more time, not less."""
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for part in "".join(text.upper().split()).split(";"):
        if SAYS_NOTHING.fullmatch(part):
            continue
        name, _, value = part.partition("=")
        read = _until(value, start, asked) if name == "UNTIL" else _values(name, value)
        if read is None or (name != "UNTIL" and read != value):
            left_out.append(name[:20])
        if read:
            kept.setdefault(name, read)
    if "FREQ" not in kept:
        return None, left_out or ["FREQ"]
    return ";".join(f"{name}={value}" for name, value in kept.items()), left_out


def _values(name: str, given: str) -> str | None:
    return ",".join(each for each in given.split(",") if _may_be(name, each)) or None


def _may_be(name: str, value: str) -> bool:
    allowed = PARTS.get(name)
    if isinstance(allowed, str):
        return re.fullmatch(allowed, value) is not None
    if allowed is None or re.fullmatch("[+-]?[0-9]{1,3}", value) is None:
        return False
    return allowed(int(value))


def _until(text: str, start: Time, asked: ParseRequest) -> str | None:
    """The last moment, inclusive. A date includes its whole day. Without a zone it is in the zone
    of the series."""
    try:
        until, own_zone = written_time(text)
    except (ValueError, OverflowError):
        return None
    if until.year >= asked.last_year:
        until = until.replace(year=asked.last_year, month=1, day=1)
    if not isinstance(start, datetime):
        return f"{_last_day(until, asked):%Y%m%d}"
    if not isinstance(until, datetime):
        until = datetime.combine(until, time(23, 59, 59))
    if start.tzinfo is None:
        return f"{asked.local(until) if own_zone else until:%Y%m%dT%H%M%S}"
    at = until if own_zone else until.replace(tzinfo=start.tzinfo)
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _last_day(until: Time, asked: ParseRequest) -> Time:
    """The last date of a series of whole days: as written or in the owner's zone, the later one."""
    if not isinstance(until, datetime):
        return until
    there = asked.local(until) if until.tzinfo else until
    return max(until.date(), there.date())
