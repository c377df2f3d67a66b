"""Events of a calendar file after reading, and the sentences about what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.booking.external_calendars.parser_protocol import ParseRequest
from services.booking.external_calendars.times_and_durations import Duration, Time

NO_START = "Its start (DTSTART) is missing or can't be read. It blocks nothing."
NO_START_OF_CHANGE = (
    "It changes one date of a series, but its start (DTSTART) is missing or can't be read. That "
    "date stays blocked as the series has it."
)
NO_ID = (
    "It changes one date of a series, but which one (RECURRENCE-ID) can't be read. That date stays "
    "blocked as the series has it."
)
NO_END = "Its end can't be read, or lies before its start. It blocks an hour."
NO_LAST_DAY = "Its end can't be read, or lies before its start. It blocks its first day."
NO_UNIT = "Its duration names no unit. It blocks as many minutes, or seconds if it is large."
SEVERAL = "It has several starts or ends. It blocks from the first to the last."
NO_EXCEPTION = "A date on which it does not take place (EXDATE) can't be read, and stays blocked."
NO_DATE = "A further date of it (RDATE) can't be read, and blocks nothing."
NO_ZONE = "Its time zone, {}, is not known. It blocks time as if it were in your own time zone."
NO_RULE = "A part of how it repeats (RRULE: {}) can't be read, and was left out."
NO_CHANGES = (
    "How it repeats, with what changes single dates of it, can't be worked out. All of its own "
    "dates are blocked."
)
NO_SERIES = "How it repeats can't be worked out. It blocks its first date alone."

Period = tuple[datetime, datetime]


class Unreadable(Exception):
    """Raised for an event of which nothing can be used. Its text is for the calendar's owner."""


@dataclass
class Event:
    """An event as it is meant.

    ``place``: the offset of its first byte in the file. ``lasting``: its duration, if it has one
    instead of an end. ``rules``, ``further`` and ``without``: RRULE, RDATE and EXDATE.
    ``changes``: its RECURRENCE-ID. ``notes``: sentences about what was left out or guessed.
    """

    place: int
    uid: str | None
    free: bool
    start: Time
    end: Time
    lasting: Duration | None = None
    rules: list[str] = field(default_factory=list)
    further: list[Time | Period] = field(default_factory=list)
    without: list[Time] = field(default_factory=list)
    changes: Time | None = None
    changes_all_later: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.further or self.without)


def in_form_of(value: Time, start: Time, asked: ParseRequest) -> Time:
    """A time of a series in the form of its start: a date, or a time in the same zone or none."""
    if not isinstance(start, datetime):
        return value.date() if isinstance(value, datetime) else value
    if not isinstance(value, datetime):
        return datetime.combine(value, start.timetz())
    if start.tzinfo is None:
        return asked.local(value) if value.tzinfo else value
    return value.astimezone(start.tzinfo) if value.tzinfo else value.replace(tzinfo=start.tzinfo)
