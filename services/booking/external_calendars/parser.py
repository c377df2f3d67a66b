"""Parses a calendar file into busy intervals. Runs in a process of its own.

    python -m services.booking.external_calendars.parser < what ``subprocess_parser`` writes

A file from outside may repeat an event every second for ever. No library is safe from that, but
this process can be killed at any time, and its memory is limited. It imports little of the
platform, so that it starts quickly.

``unfolding`` finds the events, ``past_events`` leaves out what is over, ``repair`` reads each event
as it is meant, and ``expansion`` works out when it takes place.
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
from services.booking.external_calendars.expansion import Series, busy_intervals, series_of
from services.booking.external_calendars.free_events import is_free
from services.booking.external_calendars.parser_protocol import (
    MOST_CPU_S,
    MOST_MEMORY,
    TAKES_TOO_MUCH,
    ParseRequest,
    PassedOver,
    Reading,
    Refused,
)
from services.booking.external_calendars.past_events import lies_outside
from services.booking.external_calendars.repair import Repair
from services.booking.external_calendars.unfolding import (
    RawEvent,
    ScannedFile,
    line_number,
    scan,
)
from services.booking.external_calendars.zone_names import Zones

MOST_EVENTS = 5_000
MOST_OCCURRENCES = 20_000
MOST_STRETCHES = 3_000
MOST_EXAMPLES = 10
"""How many skipped entries are listed."""
EVENT = "VEVENT"
MARK = re.compile(rb"^\xef\xbb\xbf", re.MULTILINE)
"""Byte order marks of UTF-8. Joined files have several."""


def read(body: bytes, asked: ParseRequest) -> Reading:
    """The busy intervals of a file, and its skipped entries. Raises ``Refused``."""
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


def _read_each(found: ScannedFile, asked: ParseRequest) -> tuple[list[Event], dict[int, str]]:
    """The readable events, and the problems of the others by their place in the file."""
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
    """Whether the event is free and changes no series: then its time does not matter."""
    return is_free(raw) and "RECURRENCE-ID" not in raw.lines


def _times_of(all_series: Iterable[Series], asked: ParseRequest) -> list[Interval]:
    times: list[Interval] = []
    for series in all_series:
        times += busy_intervals(series, asked)
        if len(times) > MOST_OCCURRENCES:
            raise Refused(f"has more than {MOST_OCCURRENCES} entries in half a year")
    return times


def main() -> None:
    limit_resources(MOST_MEMORY, MOST_CPU_S)
    gc.disable()  # the process ends soon, and its objects have no cycles
    asked = ParseRequest.read(sys.stdin.buffer.readline())
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
