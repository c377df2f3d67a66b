"""The request to the parser of calendar files, its answer, and its limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.booking.availability.busy import Interval

MOST_MEMORY = 768 * 1024 * 1024
MOST_CPU_S = 5
TAKES_TOO_MUCH = f"takes more than {MOST_CPU_S} seconds or {MOST_MEMORY // 2**20} MiB to be read"


class Refused(Exception):
    """Raised for a file that can't be read. Its text completes "The file at this address …"."""


class PassedOver(NamedTuple):
    """An entry that can't be read, or not with certainty: its component such as VEVENT, its first
    line in the file, counted from 1, and the problem in whole sentences for its owner."""

    component: str
    line: int
    problem: str


class Reading(NamedTuple):
    """The busy intervals in order, and the entries that could not be read."""

    busy: list[Interval]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True)
class ParseRequest:
    """The requested period; the ``zones`` of dates, each from a day to a day, of which the first
    match counts; and ``ours``, the UIDs of our own consultations, which are ignored: booking knows
    them better."""

    starting_from: datetime
    until: datetime
    zones: list[tuple[str, str, str]]
    ours: list[str]

    @classmethod
    def read(cls, line: bytes) -> ParseRequest:
        given = json.loads(line)
        starting_from, until = map(datetime.fromisoformat, given["between"])
        return cls(starting_from, until, given["zones"], given["ours"])

    @cached_property
    def first_day(self) -> date:
        """Events that end before this date are over, in any zone."""
        return self.starting_from.date() - timedelta(days=2)

    @cached_property
    def last_day(self) -> date:
        """Events that begin after this date do not matter, in any zone."""
        return self.until.date() + timedelta(days=2)

    @property
    def last_year(self) -> int:
        """Times of later years are moved to this one."""
        return self.until.year + 2

    def clipped(self, starts: datetime, ends: datetime) -> Interval:
        return Interval(max(starts, self.starting_from), min(ends, self.until))

    def resolved(self, moment: date) -> datetime:
        """In UTC."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone_on(moment))
        return moment.astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        """Naive time in the specialist's zone."""
        return moment.astimezone(self._zone_on(moment)).replace(tzinfo=None)

    def _zone_on(self, moment: datetime) -> ZoneInfo:
        day = moment.date().isoformat()
        return ZoneInfo(next(zone for first, last, zone in self.zones if first <= day <= last))
