"""Unfolds the lines of a calendar file, and finds its events and time zones.

A file's bytes are unfolded before they are decoded, since a line can be folded within a letter
(RFC 5545, 3.1). Only events, time zones and a few properties of the calendar are kept: the rest
says nothing about busy times, and errors in it do no harm.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from services.booking.external_calendars.parser_protocol import Refused

NAMES = (
    rb"BEGIN|END|METHOD|X-WR-TIMEZONE|X-WR-CALNAME|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE"
    rb"|RECURRENCE-ID|STATUS|TRANSP|ATTENDEE|ORGANIZER|X-MICROSOFT-CDO-BUSYSTATUS"
    rb"|X-MICROSOFT-CDO-ALLDAYEVENT|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO"
)
"""Properties that say when the owner is busy. No code looks at each character of the others."""
NEEDED = re.compile(rb"(" + NAMES + rb")[ \t]*[:;]", re.IGNORECASE)
MAYBE_NEEDED = re.compile(
    rb"^(?=[ABDEMORSTUXabdemorstux])"
    rb"(?i:(" + NAMES + rb")[ \t]*[:;]|[A-Z-]{1,27}\r?\n[ \t])[^\n]*(?:\n[ \t][^\n]*)*",
    re.MULTILINE,
)
"""Such a line with its folded lines, or a line that is folded within its name."""
FOLD = re.compile(rb"\r?\n[ \t]")
OF_A_CALENDAR = ("METHOD", "X-WR-TIMEZONE", "X-WR-CALNAME")
WHOLE = re.compile(rb"(?:BEGIN|END)[ \t]*:[ \t]*(?:VCALENDAR|VEVENT|VTIMEZONE)\s*", re.IGNORECASE)
"""Complete lines: anything folded to them is rubbish."""
BOUNDARY = re.compile(rb"(?:BEGIN|END)[ \t]*:[ \t]*([A-Z0-9-]+)\s*", re.IGNORECASE)
VALUE = re.compile(r"""[^:"]*(?:"[^"]*"[^:"]*)*:(.*)""", re.DOTALL)


@dataclass
class CalendarComponent:
    """A VCALENDAR: its own properties, and the text of its time zones by their names."""

    properties: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    zones: dict[str, str] = field(default_factory=dict)


@dataclass
class RawEvent:
    """The lines of a VEVENT, without nested components. ``place``: the offset of its first byte."""

    place: int
    calendar: CalendarComponent
    lines: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class ScannedFile:
    """The components of a file: of its ``number`` of events that matter, the first ones."""

    calendars: list[CalendarComponent]
    events: list[RawEvent]
    number: int


def lines_of(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The needed lines, unfolded, each with its offset and its name."""
    for match in MAYBE_NEEDED.finditer(body):
        line, name = match[0], match[1]
        if b"\n" in line:
            first = line.partition(b"\n")[0]
            line = first if WHOLE.fullmatch(first) else FOLD.sub(b"", line)
        if name is None:
            named = NEEDED.match(line)
            if named is None:
                continue
            name = named[1]
        yield match.start(), line.rstrip(b"\r"), name


def line_number(body: bytes, place: int) -> int:
    """The line at an offset, counted from 1."""
    return body.count(b"\n", 0, place) + 1


def text_of(line: bytes) -> str:
    """Decodes a line. Invalid UTF-8 is replaced: no text of a calendar is stored."""
    return line.decode("utf-8", errors="replace")


def value_of(line: str) -> str:
    """The value of a property, after its name and parameters."""
    match = VALUE.fullmatch(line)
    return (match[1] if match else line.partition(":")[2]).strip()


def scan(body: bytes, matters: Callable[[RawEvent], bool], most: int) -> ScannedFile:
    """Find the events that matter. At most ``most`` are kept; all are counted.

    Raises ``Refused`` for a file that is not a whole calendar.
    """
    scanner = Scanner(matters, most)
    for place, line, name in lines_of(body):
        scanner.take(place, name.upper().decode(), line)
    return scanner.found(body)


class Scanner:
    """Reads a file line by line. BEGIN and END need not match: events around a broken component
    are read all the same."""

    def __init__(self, matters: Callable[[RawEvent], bool], most: int) -> None:
        self._matters, self._most = matters, most
        self._calendars: list[CalendarComponent] = []
        self._events: list[RawEvent] = []
        self._number = 0
        self._before_the_end: int | None = None
        self._open: tuple[str, int] | None = None
        self._event: RawEvent | None = None
        self._nested = 0
        self._zone: list[str] | None = None
        self._any_event = self._free_busy = False

    def take(self, place: int, name: str, line: bytes) -> None:
        if name in ("BEGIN", "END"):
            component = _component(line)
            if name == "BEGIN":
                self._begin(place, component)
            else:
                self._end(component)
        elif self._event is not None:
            if not self._nested:
                self._event.lines[name].append(line)
        elif name in OF_A_CALENDAR:
            if self._open is not None:
                self._calendars[-1].properties[name].append(value_of(text_of(line)))
        elif self._zone is not None:
            self._zone.append(text_of(line))

    def _begin(self, place: int, component: str) -> None:
        if component == "VCALENDAR":
            self._close_event()
            self._zone, self._open = None, (component, place)
            self._calendars.append(CalendarComponent())
        elif component == "VEVENT":
            self._close_event()
            self._zone, self._any_event = None, True
            if self._calendars:
                self._event = RawEvent(place, self._calendars[-1])
        elif self._event is not None:
            self._nested += 1
        elif component == "VTIMEZONE":
            self._zone = ["BEGIN:VTIMEZONE"]
        elif self._zone is not None:
            self._zone.append(f"BEGIN:{component}")
        self._free_busy |= component == "VFREEBUSY"

    def _end(self, component: str) -> None:
        if component == "VCALENDAR":
            self._close_event()
            self._zone = self._open = None
            self._before_the_end = self._number
        elif component == "VEVENT":
            self._close_event()
        elif self._event is not None:
            self._nested = max(self._nested - 1, 0)
        elif self._zone is not None:
            self._zone.append(f"END:{component}")
            if component == "VTIMEZONE":
                self._close_zone(self._zone)

    def _close_event(self) -> None:
        event, self._event, self._nested = self._event, None, 0
        if event is not None and self._matters(event):
            self._number += 1
            if len(self._events) < self._most:
                self._events.append(event)

    def _close_zone(self, zone: list[str]) -> None:
        self._zone = None
        names = [value_of(line) for line in zone if line[:4].upper() == "TZID"]
        if names and self._calendars:
            self._calendars[-1].zones.setdefault(names[0], "\r\n".join([*zone, ""]))

    def found(self, body: bytes) -> ScannedFile:
        if not self._calendars:
            raise Refused(_no_calendar(body))
        last = ("VEVENT", self._event.place) if self._event else self._open
        if self._open is not None and last is not None:
            line = line_number(body, last[1])
            raise Refused(f"ends before its {last[0]} does, which begins in line {line}")
        if self._free_busy and not self._any_event:
            raise Refused("has no events, only VFREEBUSY, which is not read: give the calendar")
        number = self._before_the_end or 0
        return ScannedFile(self._calendars, self._events[:number], number)


@lru_cache(maxsize=1000)
def _component(line: bytes) -> str:
    """The component of a BEGIN or END line; empty without a name."""
    match = BOUNDARY.fullmatch(line)
    return match[1].upper().decode() if match else ""


def _no_calendar(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "is not in UTF-8, as RFC 5545 asks, and has no VCALENDAR"
    return "is not a calendar: it has no VCALENDAR"
