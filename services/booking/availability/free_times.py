"""When a specialist can be booked, worked out once and looked at many times. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.booking.slots import Period
from services.booking.availability.periods import END_OF_TIME, period_of


@dataclass(frozen=True)
class FreeTimes:
    """``starts``: of all slots, in order, that can be booked at some time from ``true_from`` to
    ``true_until`` if nothing changes but the time. What is too close, or too far ahead, at a given
    time is left out when they are looked at; a part of a budget opens with a day of the
    specialist's, and ``day_of`` tells it. ``shown_as_of``: what time alone opened since then is
    not shown yet; none where it opens with the clock."""

    starts: Sequence[datetime]
    true_from: datetime
    true_until: datetime
    shown_as_of: datetime | None
    day_of: Callable[[datetime], date]
    notice: timedelta
    horizon: timedelta
    cancellation_notice_hours: int
    time_zone: str

    def are_true(self, now: datetime, shown_as_of: datetime | None = None) -> bool:
        """With the time as of which what time opens is shown now."""
        budgeted_on = self.day_of(self.shown_as_of or self.true_from)
        return self.true_from <= now < self.true_until and (
            self.day_of(shown_as_of or now) == budgeted_on
        )

    def as_of(self, shown_as_of: datetime | None) -> FreeTimes:
        return self if shown_as_of == self.shown_as_of else replace(self, shown_as_of=shown_as_of)

    def bookable(self, now: datetime) -> Sequence[datetime]:
        """All that can be booked at this time."""
        return self._between(now, END_OF_TIME, now)

    def within(self, period: Period, now: datetime) -> Sequence[datetime]:
        """What can be booked in a period; raises ``BadPeriod``."""
        starting_from, until = period_of(period, now)
        return self._between(starting_from, until, now)

    def _between(
        self, starting_from: datetime, until: datetime, now: datetime
    ) -> Sequence[datetime]:
        first = bisect_left(self.starts, max(starting_from, now + self.notice))
        last = bisect_left(self.starts, min(until, (self.shown_as_of or now) + self.horizon))
        return self.starts[first:last]
