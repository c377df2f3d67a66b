"""Recognises events outside of the requested period without parsing them.

Calendars carry years of history. It is left out first, so that it counts against no limit.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from services.booking.external_calendars.parser_protocol import ParseRequest
from services.booking.external_calendars.times_and_durations import A_DAY, duration
from services.booking.external_calendars.unfolding import RawEvent, text_of, value_of

DAY = re.compile(rb":[ \t]*(\d{4})-?(\d\d)-?(\d\d)")
UNTIL = re.compile(rb"UNTIL=(\d{8})", re.IGNORECASE)
LONGEST_OCCURRENCE = timedelta(days=31)
"""A moved date of a series replaces an occurrence that can begin so long before the period."""


def lies_outside(event: RawEvent, asked: ParseRequest) -> bool:
    """Whether all of the event certainly lies before or after the requested period."""
    lines = event.lines
    if "RDATE" in lines or len(lines.get("RRULE", ())) > 1:
        return False
    try:
        first = min(map(_day, lines["DTSTART"]))
        if first > asked.last_day:
            return "RECURRENCE-ID" not in lines
        return _last(event, first) < asked.first_day and not _moves_what_is_ahead(event, asked)
    except (ValueError, OverflowError):
        return False


def _last(event: RawEvent, first: date) -> date:
    lines = event.lines
    ends = [_day(line) for line in (*lines["DTSTART"], *lines.get("DTEND", ()))]
    lasting = (duration(value_of(text_of(line)))[0] for line in lines.get("DURATION", ()))
    ends.extend(first + each.whole + A_DAY for each in lasting)
    if "RRULE" not in lines:
        return max(ends)
    match = UNTIL.search(lines["RRULE"][0])
    if match is None:
        raise ValueError("it goes on for ever, or so many times")
    return _date(match[1]) + (max(ends) - first)


def _moves_what_is_ahead(event: RawEvent, asked: ParseRequest) -> bool:
    before = asked.first_day - LONGEST_OCCURRENCE
    return any(
        b"RANGE" in line.upper() or _day(line) >= before
        for line in event.lines.get("RECURRENCE-ID", ())
    )


def _day(line: bytes) -> date:
    match = DAY.search(line)
    if match is None:
        raise ValueError(line)
    return date(int(match[1]), int(match[2]), int(match[3]))


def _date(digits: bytes) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
