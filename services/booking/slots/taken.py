"""What stands against a slot: consultations, and what a specialist has elsewhere. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Interval(NamedTuple):
    """A stretch of time; its end is not part of it."""

    starts_at: datetime
    ends_at: datetime


class Taken(set[datetime]):
    """When a specialist's consultations start that count, and what is ``held`` for somebody: a
    time, and until when. When they are ``busy`` elsewhere: intervals in order of time of which no
    two meet."""

    def __init__(
        self,
        starts: Iterable[datetime] = (),
        busy: Sequence[Interval] = (),
        held: Mapping[datetime, datetime] | None = None,
    ) -> None:
        self.held = held or {}
        super().__init__({*starts, *self.held})
        self.busy = busy

    @property
    def until(self) -> datetime | None:
        """When something of it is over by itself."""
        return min(self.held.values(), default=None)

    @property
    def booked(self) -> Taken:
        """Without what is held, which may come to nothing."""
        return Taken(super().__sub__(set(self.held)), self.busy)

    def __or__(self, others: Any) -> Any:
        return Taken(super().__or__(others), self.busy, self.held)

    def __sub__(self, others: Any) -> Any:
        return Taken(super().__sub__(others), self.busy, self.held)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as there can be, in order; none that takes no time."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if each.starts_at >= each.ends_at:
            continue
        if found and each.starts_at <= found[-1].ends_at:
            found[-1] = Interval(found[-1].starts_at, max(found[-1].ends_at, each.ends_at))
        else:
            found.append(each)
    return found


class Occupied:
    """``taken``, as slots meet it: they start ``apart`` from consultations at least, and leave
    room ``before`` and after themselves between what is elsewhere."""

    def __init__(
        self,
        taken: Collection[datetime],
        apart: timedelta,
        before: timedelta,
        until_free: timedelta,
    ) -> None:
        self._starts = sorted(taken)
        self._apart = apart
        self._before = before
        self._until_free = until_free
        busy = taken.busy if isinstance(taken, Taken) else ()
        self._busy_from = [each.starts_at for each in busy]
        self._busy_until = [each.ends_at for each in busy]

    def leave_room_at(self, start: datetime) -> bool:
        return not (self.has_consultation_near(start) or self.is_busy(start))

    def has_consultation_near(self, start: datetime) -> bool:
        starts, i = self._starts, bisect_left(self._starts, start)
        return (i < len(starts) and starts[i] - start < self._apart) or (
            i > 0 and start - starts[i - 1] < self._apart
        )

    def is_busy(self, start: datetime) -> bool:
        """Whether something elsewhere lies in the slot, or in the time kept free around it."""
        if not self._busy_from:
            return False
        first = bisect_right(self._busy_until, start - self._before)
        return first < len(self._busy_from) and (self._busy_from[first] < start + self._until_free)
