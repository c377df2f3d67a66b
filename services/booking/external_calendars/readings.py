"""What is asked about a calendar file, and what is answered."""

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
    """The file can't be read; says why."""


class PassedOver(NamedTuple):
    """Something that can't be read, or not with certainty: a component such as VEVENT, the line of
    the file where it begins, counted from 1, and what is wrong with it, in whole sentences for its
    owner."""

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

    @cached_property
    def first_day(self) -> date:
        """What ends before is over, in any zone."""
        return self.starting_from.date() - timedelta(days=2)

    @cached_property
    def last_day(self) -> date:
        """What begins after it does not matter, in any zone."""
        return self.until.date() + timedelta(days=2)

    @property
    def last_year(self) -> int:
        """No time of a later year is reckoned with."""
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
        """The specialist's own time, without its zone."""
        return moment.astimezone(self._zone_on(moment)).replace(tzinfo=None)

    def _zone_on(self, moment: datetime) -> ZoneInfo:
        day = moment.date().isoformat()
        return ZoneInfo(next(zone for first, last, zone in self.zones if first <= day <= last))
