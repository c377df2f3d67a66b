"""Fair rotation: every featured specialist is shown equally often.

Featured specialists are placed on a ring, in an order that is drawn each day. A visitor begins
where the first page of the previous visitor ended, and goes on clockwise. First pages thus cover
the ring without gap or overlap, whatever their lengths; how far a visitor reads on does not depend
on any specialist's place. Each process rotates on its own from a random start: the sum of fair
shares is fair.
"""

from __future__ import annotations

import random
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from chassis import cursors
from chassis.errors import FieldError
from contracts.profiles.featuring import BadVisit

POINTS = 2**64
VISIT, CURSOR = struct.Struct(">IQ"), struct.Struct(">IQQ")
REMEMBERED = timedelta(days=1)
"""A visit that began yesterday continues in yesterday's order."""


class Visit(NamedTuple):
    """A day's order, and the point in it where a visitor began."""

    day: int
    start: int

    def to_token(self) -> str:
        return cursors.encode(VISIT.pack(*self))

    def is_over(self, today: date) -> bool:
        return self.day < (today - REMEMBERED).toordinal()

    @classmethod
    def from_token(cls, token: str, today: date) -> Visit:
        """Raises ``BadVisit``."""
        try:
            visit = cls(*VISIT.unpack(cursors.to_bytes(token)))
        except (ValueError, struct.error):
            visit = cls(POINTS, 0)
        if visit.day > today.toordinal():
            raise BadVisit(errors=[FieldError("visit", "This visit is not known.", token)])
        return visit


class Place(NamedTuple):
    """A visitor's position: everything up to ``last`` was shown."""

    visit: Visit
    last: int

    def to_cursor(self) -> str:
        return cursors.encode(CURSOR.pack(*self.visit, self.last))

    @classmethod
    def from_cursor(cls, cursor: str, today: date) -> Place:
        """Raises ``BadCursor``, also for a visit that ended days ago."""

        def unpack(position: bytes) -> Place:
            day, start, last = CURSOR.unpack(position)
            visit = Visit(day, start)
            if visit.is_over(today) or day > today.toordinal():
                raise ValueError(cursor)
            return cls(visit, last)

        detail = "This is not a cursor of this list, or it is days old."
        return cursors.decode(cursor, unpack, detail=detail)


class Ring:
    """The featured specialists, in the order of a day."""

    def __init__(self, ids: Iterable[UUID], day: int) -> None:
        self.day = day
        places = sorted((point_of(each, day), each) for each in ids)
        self.points = [point for point, _ in places]
        self.ids = [each for _, each in places]

    def __len__(self) -> int:
        return len(self.ids)

    def first_at(self, point: int) -> int:
        """The point of the first specialist from here on, clockwise."""
        return self.points[bisect_left(self.points, point) % len(self)] if self.points else point

    def page(self, start: int, last: int | None, limit: int) -> tuple[list[int], bool]:
        """Places on the ring, clockwise after ``last`` in a visit that began at ``start``; and
        whether more follow. No specialist in between is skipped, or shown twice."""
        begin = bisect_left(self.points, start)
        if last is None:
            following, passed = begin, 0
        else:
            following = bisect_right(self.points, last)
            passed = following - begin + (len(self) if last < start else 0)
        left = len(self) - passed
        shown = [(following + step) % len(self) for step in range(min(limit, left))]
        return shown, left > limit


@dataclass
class Rotation:
    """Gives each new visitor a starting point."""

    next: int

    @classmethod
    def from_anywhere(cls) -> Rotation:
        return cls(random.randrange(POINTS))

    def begin(self, ring: Ring, limit: int) -> Visit:
        """The next visitor's starting point, for a first page of ``limit`` specialists."""
        start = ring.first_at(self.next)
        shown, more = ring.page(start, None, limit)
        self.end_at(ring.points[shown[-1 if more else 0]] if shown else start)
        return Visit(ring.day, start)

    def end_at(self, point: int) -> None:
        """A first page ended here; or began here, where all specialists were on it. The next
        visitor sees another specialist first."""
        self.next = (point + 1) % POINTS


def point_of(specialist_id: UUID, day: int) -> int:
    """A specialist's point on a day's ring."""
    digest = blake2b(specialist_id.bytes + day.to_bytes(4, "big"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
