"""Calendar files of strangers, read in a process of their own: see ``reading``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis import json
from chassis.errors import Unavailable
from chassis.subprocess_parser import Failed, NotParsed, Turns, command_of, parse
from contracts.booking.outside import BadCalendarFile
from services.booking.availability.opening_hours import OpeningHours
from services.booking.slots.taken import Interval

READ = command_of("services.booking.outside.reading")
DEADLINE_S = 10.0
"""Waiting for its turn included, on a machine that has other things to do; of processor time it
gets half."""
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; the most stretches take a twentieth of it."""
_turn = Turns(at_once=2, waiting=100)


def busy_times(
    body: bytes,
    hours: OpeningHours,
    starting_from: datetime,
    until: datetime,
    ours: Sequence[str] = (),
) -> list[Interval]:
    """When somebody with these ``hours`` is busy by the file, between two times.

    Dates, and times that name no zone, are meant in the zone that holds for them on that date.
    Events under a UID that is ``ours`` do not count. Raises ``BadCalendarFile``, or
    ``Unavailable`` where it took too long: others may have taken the time.
    """
    zones = [[each.first_day, each.last_day, each.time_zone] for each in hours.zones]
    asked = {"between": [starting_from, until], "zones": zones, "ours": list(ours)}
    answer = _read(json.dumps(asked) + b"\n" + body)
    if "refused" in answer:
        raise BadCalendarFile(answer["refused"])
    return [Interval(*map(datetime.fromisoformat, each)) for each in answer["busy"]]


def _read(given: bytes) -> dict[str, Any]:
    try:
        said = parse(
            READ,
            given,
            turns=_turn,
            deadline_s=DEADLINE_S,
            running_s=DEADLINE_S,
            largest_answer=LARGEST_ANSWER,
        )
    except Failed:
        raise BadCalendarFile("can't be read within bounds of time and memory") from None
    except NotParsed:
        raise Unavailable(f"could not be read within {DEADLINE_S:g} s") from None
    answer: dict[str, Any] = json.loads(said)
    return answer
