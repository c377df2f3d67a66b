"""Busy times of a specialist, and which slots they block. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple


class Interval(NamedTuple):
    """A stretch of time; its end is not part of it."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Busy:
    """When a specialist is busy.

    ``booked``: when the consultations start that count in limits, those ahead and those that took
    place. ``held``: the starts of times that are held for a client. ``elsewhere``: events of
    external calendars, as intervals in order of time that do not meet.
    """

    booked: frozenset[datetime] = frozenset()
    held: frozenset[datetime] = frozenset()
    elsewhere: tuple[Interval, ...] = ()

    @property
    def starts(self) -> frozenset[datetime]:
        """The starts of all that is booked or held here."""
        return self.booked | self.held

    def with_booked(self, starts_at: datetime) -> Busy:
        return replace(self, booked=self.booked | {starts_at})

    def with_held(self, starts_at: datetime) -> Busy:
        return replace(self, held=self.held | {starts_at})

    def without_booked(self, starts_at: datetime) -> Busy:
        return replace(self, booked=self.booked - {starts_at})

    def without_holds(self) -> Busy:
        """Without times that are held, which may come to nothing."""
        return replace(self, held=frozenset())


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals joined where they touch or overlap, in order, without empty ones."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if each.starts_at >= each.ends_at:
            continue
        if found and each.starts_at <= found[-1].ends_at:
            found[-1] = Interval(found[-1].starts_at, max(found[-1].ends_at, each.ends_at))
        else:
            found.append(each)
    return found


class Blocked:
    """Open intervals in which no slot can start; their two ends are not part of them."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._from: list[datetime] = []
        self._until: list[datetime] = []
        for starts_at, ends_at in sorted(intervals):
            if self._until and starts_at < self._until[-1]:
                self._until[-1] = max(self._until[-1], ends_at)
            else:
                self._from.append(starts_at)
                self._until.append(ends_at)

    def contains(self, start: datetime) -> bool:
        first = bisect_right(self._until, start)
        return first < len(self._from) and self._from[first] < start

    def unblocked(self, starts: Sequence[datetime]) -> Sequence[datetime]:
        """The starts that are not blocked. ``starts`` are in order; whole runs are cut out."""
        if not starts:
            return starts
        left: list[datetime] = []
        done = 0
        first = bisect_right(self._until, starts[0])
        last = bisect_left(self._from, starts[-1])
        for each in range(first, last):
            left += starts[done : bisect_right(starts, self._from[each], done)]
            done = bisect_left(starts, self._until[each], done)
        return left + list(starts[done:])
