"""Events as they were understood, and the sentences about what of them was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.booking.external_calendars.readings import Asked
from services.booking.external_calendars.values import Lasting, Time

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
    """Nothing of an event can be used; says why."""


@dataclass
class Event:
    """``rules``, ``further`` and ``without`` say how it repeats. ``lasting``: how long, where it is
    that which was given instead of an end. ``notes``: what of it was left out or guessed.
    ``place``: of its first byte in the file."""

    place: int
    uid: str | None
    free: bool
    start: Time
    end: Time
    lasting: Lasting | None = None
    rules: list[str] = field(default_factory=list)
    further: list[Time | Period] = field(default_factory=list)
    without: list[Time] = field(default_factory=list)
    changes: Time | None = None
    changes_all_later: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.further or self.without)


def alike(value: Time, start: Time, asked: Asked) -> Time:
    """A time of a series as its start is: a day, or a time in the same zone or in none."""
    if not isinstance(start, datetime):
        return value.date() if isinstance(value, datetime) else value
    if not isinstance(value, datetime):
        return datetime.combine(value, start.timetz())
    if start.tzinfo is None:
        return asked.local(value) if value.tzinfo else value
    return value.astimezone(start.tzinfo) if value.tzinfo else value.replace(tzinfo=start.tzinfo)
