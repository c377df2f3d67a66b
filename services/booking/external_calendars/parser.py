"""Reads a calendar file: when its owner is busy. Run in a process of its own.

    python -m services.booking.external_calendars.parser < what ``subprocess_parser`` writes

A file from anybody may repeat an event every second for ever, or nest what it says a million deep:
no library is safe from that, but this process may be ended at any time, and its memory is bounded.
Of the platform it imports how intervals are merged and no more, so that it starts quickly.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, vDDDTypes

from chassis.bounds import bound
from services.booking.slots.taken import Interval, merged

MOST_MEMORY = 768 * 1024 * 1024
MOST_CPU_S = 5
MOST_EVENTS = 5_000
MOST_OCCURRENCES = 20_000
MOST_STRETCHES = 3_000
DEEPEST = 10
MOST_EXAMPLES = 10
"""So much of what was passed over is named."""
UNREADABLE = "The times of this event, or how it repeats, can't be read."
A_DAY = timedelta(days=1)

FOLD = re.compile(r"\r?\n[ \t]")
BOUNDARY = re.compile(r"^(BEGIN|END):[ \t]*([A-Z0-9-]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
BEGINS_EVENT = re.compile(r"BEGIN:[ \t]*VEVENT[ \t]*", re.IGNORECASE)
NEEDED = re.compile(
    r"(BEGIN|END|CALSCALE|X-WR-TIMEZONE|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|EXRULE"
    r"|RECURRENCE-ID|STATUS|TRANSP|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO)[:;]",
    re.IGNORECASE,
)
"""Properties that say when somebody is busy. The library looks at each character of all others."""


class Refused(Exception):
    """It can't be read; says why."""


class PassedOver(NamedTuple):
    """Something that can't be read: a component such as VEVENT, the line of the file where it
    begins, counted from 1, and what is wrong with it, in a sentence for its owner."""

    component: str
    line: int
    problem: str


class Reading(NamedTuple):
    """When its owner is busy, in order, and what was passed over because it can't be read."""

    busy: list[Interval]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True)
class Asked:
    """From when until when; in which ``zones`` dates are meant, each from a day to a day, of which
    the first that holds counts; and the UIDs that are ``ours``: our own consultations, taken over
    there, are known better here."""

    starting_from: datetime
    until: datetime
    zones: list[tuple[str, str, str]]
    ours: list[str]

    @classmethod
    def read(cls, line: bytes) -> Asked:
        given = json.loads(line)
        starting_from, until = map(datetime.fromisoformat, given["between"])
        return cls(starting_from, until, given["zones"], given["ours"])

    def clipped(self, starts: date, ends: date) -> Interval:
        return Interval(
            max(self._resolved(starts), self.starting_from), min(self._resolved(ends), self.until)
        )

    def _resolved(self, moment: date) -> datetime:
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            day = moment.date().isoformat()
            zone = next(zone for first, last, zone in self.zones if first <= day <= last)
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        return moment.astimezone(UTC)


def read(body: bytes, asked: Asked) -> Reading:
    """What the file says; raises ``Refused``."""
    text = _text(body)
    _check_shape(text)
    found: list[Interval] = []
    passed_over: list[PassedOver] = []
    readable = False
    for series, line in _series_in(text, set(asked.ours)):
        try:
            found += _times_of(series, asked)
            readable = True
        except MemoryError:
            raise
        except Exception:  # the libraries raise whatever their rules bring up
            passed_over.append(PassedOver("VEVENT", line, UNREADABLE))
        if len(found) > MOST_OCCURRENCES:
            raise Refused(f"has more than {MOST_OCCURRENCES} entries in half a year")
    if passed_over and not readable:
        first = passed_over[0]
        raise Refused(f"has no event that can be read; the first begins in line {first.line}")
    busy = merged(found)
    if len(busy) > MOST_STRETCHES:
        raise Refused(f"makes busy {len(busy)} times in half a year; the limit is {MOST_STRETCHES}")
    return Reading(busy, tuple(passed_over))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("is not in UTF-8, as RFC 5545 asks") from None


def _check_shape(text: str) -> None:
    """Whole calendars, none too deep, with events and not too many."""
    open_: list[str] = []
    begun: dict[str, int] = defaultdict(int)
    for match in BOUNDARY.finditer(FOLD.sub("", text)):
        name = match[2].upper()
        if match[1].upper() == "BEGIN":
            open_.append(name)
            begun[name] += 1
        elif not open_ or open_.pop() != name:
            raise Refused(f"has an END:{name[:40]} that ends nothing")
        if len(open_) > DEEPEST:
            raise Refused(f"is nested more than {DEEPEST} deep")
    if open_:
        raise Refused(f"ends before its {open_[-1][:40]} does")
    if "VCALENDAR" not in begun:
        raise Refused("is not a calendar: it has no VCALENDAR")
    if begun["VEVENT"] > MOST_EVENTS:
        raise Refused(f"has {begun['VEVENT']} events; the limit is {MOST_EVENTS}")
    if begun["VFREEBUSY"] and not begun["VEVENT"]:
        raise Refused("has no events, only VFREEBUSY, which is not read: give the calendar itself")


def _series_in(text: str, ours: set[str]) -> Iterator[tuple[Calendar, int]]:
    """Each event by itself, with what changes single occurrences of it; and the line where it
    begins."""
    needed = list(_needed_in(text))
    try:
        calendars = Calendar.from_ical("\r\n".join(line for _, line in needed), multiple=True)
    except Exception as error:  # as above
        raise Refused("is not a calendar that can be read") from error
    each_event = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    begun = (number for number, line in needed if BEGINS_EVENT.fullmatch(line))
    lines = dict(zip(map(id, each_event), begun, strict=False))
    for calendar in calendars:
        for events in _belonging_together(calendar, ours):
            series = calendar.copy()
            series.subcomponents = events
            yield series, lines.get(id(events[0]), 0)


def _needed_in(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say when somebody is busy, unfolded, each with the number under which it begins
    in the file."""
    parts: list[str] = []
    begins_at = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:].rstrip("\r"))
            continue
        if NEEDED.match(unfolded := "".join(parts)):
            yield begins_at, unfolded
        parts, begins_at = [line.rstrip("\r")], number


def _belonging_together(calendar: Calendar, ours: set[str]) -> Iterator[list[Any]]:
    """Of several events under one UID, as careless programs write them, each counts."""
    by_uid: dict[str, list[Any]] = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        uid = str(event.get("UID", number))
        event["UID"] = uid
        by_uid[uid].append(event)
    for uid, events in by_uid.items():
        if uid in ours:
            continue
        changes = [each for each in events if "RECURRENCE-ID" in each]
        whole = [each for each in events if "RECURRENCE-ID" not in each]
        yield whole[:1] + changes
        yield from ([each] for each in whole[1:])


def _times_of(series: Calendar, asked: Asked) -> list[Interval]:
    for event in series.subcomponents:
        _shorten(event, asked.until)
    # a day more on each side: times without a zone are compared as if they were in UTC
    between = recurring_ical_events.of(series).between(
        asked.starting_from - A_DAY, asked.until + A_DAY
    )
    return [
        asked.clipped(event["DTSTART"].dt, event["DTEND"].dt)
        for event in between
        if not _is(event, "STATUS", "CANCELLED") and not _is(event, "TRANSP", "TRANSPARENT")
    ]


def _shorten(event: Any, until: datetime) -> None:
    """What ends long after the time in question might end any time after it: nobody can reckon
    with an event of thousands of years."""
    end, soon = getattr(event.get("DTEND"), "dt", None), until.year + 2
    if isinstance(end, date) and end.year > soon:
        event["DTEND"] = vDDDTypes(end.replace(year=soon, month=1, day=1))


def _is(event: Any, name: str, value: str) -> bool:
    return str(event.get(name, "")).strip().upper() == value


def main() -> None:
    bound(MOST_MEMORY, MOST_CPU_S)
    asked = Asked.read(sys.stdin.buffer.readline())
    answer: dict[str, Any]
    try:
        reading = read(sys.stdin.buffer.read(), asked)
        answer = {
            "busy": [[each.isoformat() for each in stretch] for stretch in reading.busy],
            "passed_over": len(reading.passed_over),
            "examples": [each._asdict() for each in reading.passed_over[:MOST_EXAMPLES]],
        }
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "takes too much memory to be read"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
