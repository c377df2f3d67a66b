"""Reads a calendar file: when its owner is busy. Run in a process of its own.

    python -m services.booking.external_calendars.parser < what ``subprocess_parser`` writes

A file from anybody may repeat an event every second for ever: no library is safe from that, but
this process may be ended at any time, and its memory is bounded. Of the platform it imports how
intervals are merged and no more, so that it starts quickly.

``unfolding`` finds the events, ``history`` leaves out what is over, ``repair`` reads each as it is
meant, and ``expansion`` works out when it takes place.
"""

from __future__ import annotations

import gc
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from chassis.sandbox.resource_limits import limit_resources
from services.booking.availability.busy import Interval, merged
from services.booking.external_calendars.events import Event, Unreadable
from services.booking.external_calendars.expansion import Series, series_of, times_of
from services.booking.external_calendars.guests import is_free
from services.booking.external_calendars.history import lies_outside
from services.booking.external_calendars.readings import (
    MOST_CPU_S,
    MOST_MEMORY,
    TAKES_TOO_MUCH,
    Asked,
    PassedOver,
    Reading,
    Refused,
)
from services.booking.external_calendars.repair import Repair
from services.booking.external_calendars.unfolding import (
    Found,
    RawEvent,
    line_number,
    scan,
)
from services.booking.external_calendars.zone_names import Zones

MOST_EVENTS = 5_000
MOST_OCCURRENCES = 20_000
MOST_STRETCHES = 3_000
MOST_EXAMPLES = 10
"""So much of what was passed over is named."""
EVENT = "VEVENT"
MARK = re.compile(rb"^\xef\xbb\xbf", re.MULTILINE)
"""Of UTF-8: several where several files were joined."""


def read(body: bytes, asked: Asked) -> Reading:
    """What the file says; raises ``Refused``."""
    body = MARK.sub(b"", body)
    found = scan(body, lambda event: not lies_outside(event, asked), MOST_EVENTS)
    if found.number > MOST_EVENTS:
        raise Refused(f"has {found.number} events that are not over; the limit is {MOST_EVENTS}")
    events, odd = _read_each(found, asked)
    if odd and not events:
        line = line_number(body, min(odd))
        raise Refused(f"has no event that can be read; the first begins in line {line}")
    busy = merged(_times_of(series_of(events), asked))
    if len(busy) > MOST_STRETCHES:
        raise Refused(f"makes busy {len(busy)} times in half a year; the limit is {MOST_STRETCHES}")
    odd |= {each.place: " ".join(each.notes) for each in events if each.notes}
    return Reading(busy, tuple(_passed_over(body, odd)))


def _passed_over(body: bytes, odd: dict[int, str]) -> Iterator[PassedOver]:
    line = before = 0
    for place in sorted(odd):
        line, before = line + body.count(b"\n", before, place), place
        yield PassedOver(EVENT, line + 1, odd[place])


def _read_each(found: Found, asked: Asked) -> tuple[list[Event], dict[int, str]]:
    """What can be read; and why others can't, by their places."""
    zones, ours = Zones(found.calendars), set(asked.ours)
    events: list[Event] = []
    odd: dict[int, str] = {}
    for raw in found.events:
        if Repair.uid_of(raw) in ours:
            continue
        try:
            events.append(Repair(raw, zones, asked).event())
        except Unreadable as why:
            if not _says_nothing(raw):
                odd[raw.place] = str(why)
    return events, odd


def _says_nothing(raw: RawEvent) -> bool:
    """What is free by itself blocks nothing, whenever it is; what frees a date does say so."""
    return is_free(raw) and "RECURRENCE-ID" not in raw.lines


def _times_of(all_series: Iterable[Series], asked: Asked) -> list[Interval]:
    times: list[Interval] = []
    for series in all_series:
        times += times_of(series, asked)
        if len(times) > MOST_OCCURRENCES:
            raise Refused(f"has more than {MOST_OCCURRENCES} entries in half a year")
    return times


def main() -> None:
    limit_resources(MOST_MEMORY, MOST_CPU_S)
    gc.disable()  # it ends soon, and what it makes meanwhile has no cycles
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
        answer = {"refused": TAKES_TOO_MUCH}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
