"""The free times of a specialist, computed once and read many times. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.booking.slots import Period
from services.booking.availability.periods import END_OF_TIME, period_of


@dataclass(frozen=True)
class FreeTimes:
    """``starts``: all slots, in order, that can be booked at some time from ``true_from`` to
    ``true_until`` if nothing changes but the time.

    A read leaves out slots within the notice or beyond the horizon. ``day_of`` gives the date in
    the specialist's calendar, with which a part of a budget opens. ``shown_as_of``: slots that
    opened by themselves after it are not shown yet; ``None`` where they are shown at once.
    """

    starts: Sequence[datetime]
    true_from: datetime
    true_until: datetime
    shown_as_of: datetime | None
    day_of: Callable[[datetime], date]
    notice: timedelta
    horizon: timedelta
    cancellation_notice_hours: int
    time_zone: str
    in_person: bool

    def are_true(self, now: datetime, shown_as_of: datetime | None = None) -> bool:
        """Whether they are still true. ``shown_as_of``: the calendar's present one."""
        budgeted_on = self.day_of(self.shown_as_of or self.true_from)
        return self.true_from <= now < self.true_until and (
            self.day_of(shown_as_of or now) == budgeted_on
        )

    def as_of(self, shown_as_of: datetime | None) -> FreeTimes:
        return self if shown_as_of == self.shown_as_of else replace(self, shown_as_of=shown_as_of)

    def bookable(self, now: datetime) -> Sequence[datetime]:
        """All slots that can be booked at this time."""
        return self._between(now, END_OF_TIME, now)

    def within(self, period: Period, now: datetime) -> Sequence[datetime]:
        """The slots of a period that can be booked. Raises ``BadPeriod``."""
        starting_from, until = period_of(period, now)
        return self._between(starting_from, until, now)

    def _between(
        self, starting_from: datetime, until: datetime, now: datetime
    ) -> Sequence[datetime]:
        first = bisect_left(self.starts, max(starting_from, now + self.notice))
        last = bisect_left(self.starts, min(until, (self.shown_as_of or now) + self.horizon))
        return self.starts[first:last]
