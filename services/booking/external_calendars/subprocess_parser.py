"""Calendar files of strangers, read in a process of their own: see ``parser``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, NamedTuple

from chassis import json
from chassis.errors import Unavailable
from chassis.sandbox.subprocess_parser import Failed, NotParsed, Turns, command_of, parse
from contracts.booking.external_calendars import BadCalendarFile, PassedOver
from services.booking.availability.busy import Interval
from services.booking.availability.opening_hours import OpeningHours
from services.booking.external_calendars.readings import TAKES_TOO_MUCH

READ = command_of("services.booking.external_calendars.parser")
DEADLINE_S = 10.0
"""Waiting for its turn included, on a machine that has other things to do; of processor time it
gets half."""
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; the most stretches take a twentieth of it."""
_turn = Turns(at_once=2, waiting=100)


class Reading(NamedTuple):
    """What a file says: when its owner is busy, how much of it was passed over because it can't be
    read, and some of that."""

    busy: list[Interval]
    passed_over: int
    examples: list[PassedOver]


def ask(
    file: IO[bytes],
    hours: OpeningHours,
    starting_from: datetime,
    until: datetime,
    ours: Sequence[str] = (),
) -> None:
    """Begin a file with what is asked about the calendar that is written into it next: when
    somebody with these ``hours`` is busy, between two times.

    Dates, and times that name no zone, are meant in the zone that holds for them on that date.
    Events under a UID that is ``ours`` do not count.
    """
    zones = [[each.first_day, each.last_day, each.time_zone] for each in hours.zones]
    asked = {"between": [starting_from, until], "zones": zones, "ours": list(ours)}
    file.write(json.dumps(asked) + b"\n")


def read(file: IO[bytes]) -> Reading:
    """What is said in a file that ``ask`` began.

    Raises ``BadCalendarFile``, or ``Unavailable`` where it took too long: others may have taken
    the time.
    """
    answer = _parsed(file)
    if "refused" in answer:
        raise BadCalendarFile(answer["refused"])
    return Reading(
        [Interval(*map(datetime.fromisoformat, each)) for each in answer["busy"]],
        answer["passed_over"],
        [PassedOver(**each) for each in answer["examples"]],
    )


def _parsed(file: IO[bytes]) -> dict[str, Any]:
    try:
        said = parse(
            READ,
            file,
            turns=_turn,
            deadline_s=DEADLINE_S,
            running_s=DEADLINE_S,
            largest_answer=LARGEST_ANSWER,
        )
    except Failed:
        raise BadCalendarFile(TAKES_TOO_MUCH) from None
    except NotParsed:
        raise Unavailable("could not be read in time") from None
    answer: dict[str, Any] = json.loads(said)
    return answer
