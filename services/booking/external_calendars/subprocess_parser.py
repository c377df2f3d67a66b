"""Runs ``parser`` on a calendar file in a subprocess with limits."""

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
from services.booking.external_calendars.parser_protocol import TAKES_TOO_MUCH

READ = command_of("services.booking.external_calendars.parser")
DEADLINE_S = 10.0
"""Includes waiting for a turn on a busy machine. The limit of processor time is half of it."""
LARGEST_ANSWER = 4 * 1024 * 1024
"""In bytes. The most intervals take a twentieth of it."""
_turn = Turns(at_once=2, waiting=100)


class Reading(NamedTuple):
    """The busy intervals of a file, how many entries could not be read, and some of these."""

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
    """Write the request into an empty file, before the calendar: the busy times between two times.

    Dates and times without a zone are in the zone of that date by ``hours``. Events whose UID is
    in ``ours`` do not count.
    """
    zones = [[each.first_day, each.last_day, each.time_zone] for each in hours.zones]
    asked = {"between": [starting_from, until], "zones": zones, "ours": list(ours)}
    file.write(json.dumps(asked) + b"\n")


def read(file: IO[bytes]) -> Reading:
    """Parse a file that ``ask`` began.

    Raises ``BadCalendarFile``, or ``Unavailable`` where it took too long: other files may have
    kept it waiting.
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
