"""Calendar files of strangers, read in a process of their own: see ``reading``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from typing import Any

from eventlet import Timeout
from eventlet.semaphore import Semaphore

from chassis import json
from chassis.errors import Unavailable
from contracts.booking.outside import BadCalendarFile
from services.booking.availability.opening_hours import OpeningHours
from services.booking.slots.taken import Interval

READ = [sys.executable, "-m", "services.booking.outside.reading"]
KNOWS = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
"""Nothing of what this process knows: what reads the files of strangers is given no secret."""
DEADLINE_S = 10.0
"""Waiting for its turn included, on a machine that has other things to do; of processor time it
gets half."""
AT_ONCE = 2

_turn = Semaphore(AT_ONCE)


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
    deadline = Timeout(DEADLINE_S)
    try:
        # a file: who reads from a pipe and dies keeps the writer waiting
        with _turn, TemporaryFile() as file:
            file.write(given)
            file.seek(0)
            with Popen(READ, env=KNOWS, stdin=file, stdout=PIPE, stderr=DEVNULL) as process:
                try:
                    said, _ = process.communicate()
                finally:
                    process.kill()
    except Timeout as passed:
        if passed is not deadline:
            raise
        raise Unavailable(f"could not be read within {DEADLINE_S:g} s") from None
    finally:
        deadline.cancel()
    if process.returncode:
        raise BadCalendarFile("can't be read within bounds of time and memory")
    answer: dict[str, Any] = json.loads(said)
    return answer
