"""Reads a calendar file: which times its events take. Run in a process of its own.

    python -m services.booking.outside.reading < what ``apart`` writes

A file from anybody may repeat an event every second for ever, or nest what it says a million deep:
no library is safe from that, but this process may be ended at any time, and its memory is bounded.
It imports nothing of the platform, so that it starts quickly.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

MOST_MEMORY = 768 * 1024 * 1024
MOST_CPU_S = 5
POLITENESS = 10
"""Whoever serves requests goes first."""
MOST_EVENTS = 5_000
MOST_OCCURRENCES = 20_000
DEEPEST = 10
A_DAY = timedelta(days=1)
OURS = "@firststep"
"""Consultations that a specialist took over into that calendar: here they are known better."""

FOLD = re.compile(r"\r?\n[ \t]")
BOUNDARY = re.compile(r"^(BEGIN|END):[ \t]*([A-Z0-9-]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)

Times = list[tuple[str, str]]


class Refused(Exception):
    """It can't be read; says why."""


def times_in(body: bytes, starting_from: datetime, until: datetime) -> Times:
    """When each event that takes time begins and ends, at any order and overlapping as they may.

    ISO 8601: in UTC, or local times and dates without a zone, meant wherever the reader is. Raises
    ``Refused``.
    """
    text = _text(body)
    _check_shape(text)
    found: Times = []
    try:
        for calendar in Calendar.from_ical(text, multiple=True):
            for event in _occurrences(calendar, starting_from, until):
                found.append((_iso(event["DTSTART"].dt), _iso(event["DTEND"].dt)))
    except Exception as error:  # the libraries raise whatever their rules bring up
        raise Refused(f"is not a calendar that can be read: {type(error).__name__}") from error
    if len(found) > MOST_OCCURRENCES:
        raise Refused(f"has more than {MOST_OCCURRENCES} entries in half a year")
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("is not in UTF-8, as RFC 5545 asks") from None


def _check_shape(text: str) -> None:
    """Whole calendars, none too deep, not too many events."""
    open_: list[str] = []
    events = calendars = 0
    for match in BOUNDARY.finditer(FOLD.sub("", text)):
        name = match[2].upper()
        if match[1].upper() == "BEGIN":
            open_.append(name)
            events += name == "VEVENT"
            calendars += name == "VCALENDAR"
        elif not open_ or open_.pop() != name:
            raise Refused(f"has an END:{name[:40]} that ends nothing")
        if len(open_) > DEEPEST:
            raise Refused(f"is nested more than {DEEPEST} deep")
    if open_:
        raise Refused(f"ends before its {open_[-1][:40]} does")
    if not calendars:
        raise Refused("is not a calendar: it has no VCALENDAR")
    if events > MOST_EVENTS:
        raise Refused(f"has {events} events; the limit is {MOST_EVENTS}")


def _occurrences(calendar: Calendar, starting_from: datetime, until: datetime) -> Iterator[Any]:
    """What takes time; a single event that makes no sense is passed over."""
    events = recurring_ical_events.of(calendar, skip_bad_series=True)
    # a day more on each side: times without a zone are compared as if they were in UTC
    for event in events.between(starting_from - A_DAY, until + A_DAY):
        if not (
            _is(event, "STATUS", "CANCELLED")
            or _is(event, "TRANSP", "TRANSPARENT")
            or str(event.get("UID", "")).endswith(OURS)
        ):
            yield event


def _is(event: Any, name: str, value: str) -> bool:
    return str(event.get(name, "")).strip().upper() == value


def _iso(moment: date | datetime) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    os.nice(POLITENESS)
    starting_from, until = map(datetime.fromisoformat, json.loads(sys.stdin.buffer.readline()))
    answer: dict[str, Any]
    try:
        answer = {"times": times_in(sys.stdin.buffer.read(), starting_from, until)}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "takes too much memory to be read"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
