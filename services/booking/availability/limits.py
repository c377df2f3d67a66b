"""Limits of a specialist: consultations a day and a week, and the monthly budget. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Limits:
    """``None``: no limit. A ``paced`` budget opens in equal parts, one with each week of the
    month, so that it is not used up on the first day."""

    most_per_day: int | None
    most_per_week: int | None
    monthly_budget: int | None
    paced: bool

    def open_budget(self, month: date, today: date) -> int | None:
        """How many consultations of ``month``, a date in that month, can be booked by today."""
        if self.monthly_budget is None or not self.paced:
            return self.monthly_budget
        weeks = -(-monthrange(month.year, month.month)[1] // A_WEEK.days)
        begun = _weeks_begun(month, today, weeks)
        return -(-self.monthly_budget * begun // weeks)

    @property
    def any(self) -> bool:
        return (self.most_per_day, self.most_per_week, self.monthly_budget) != (None, None, None)


class SpecialistLoad:
    """A specialist's consultations, counted by the days, weeks and months of their own calendar.

    Nothing is counted where no limit applies. A consultation that moves from the day
    ``moved_from`` adds nothing to its own day, week or month: a limit that was lowered since does
    not keep it from moving within them.
    """

    def __init__(
        self,
        starts: Iterable[datetime],
        day_of: Callable[[datetime], date],
        limits: Limits,
        moved_from: date | None = None,
    ) -> None:
        self._starts = starts
        self._day_of = day_of
        self._limits = limits
        self._moved_from = moved_from

    def day_is_full(self, day: date) -> bool:
        """Whether the limit of the day, or of its week, is reached."""
        return self._is_full(day, _itself, self._limits.most_per_day) or (
            self._is_full(day, week_of, self._limits.most_per_week)
        )

    def budget_is_spent(self, day: date, today: date) -> bool:
        """Whether the part of the month's budget that is open today is used up."""
        return self._is_full(day, month_of, self._limits.open_budget(day, today))

    def _is_full(self, day: date, part_of: Callable[[date], date], limit: int | None) -> bool:
        if limit is None or (self._moved_from and part_of(self._moved_from) == part_of(day)):
            return False
        return self._counts[part_of][part_of(day)] >= limit

    @cached_property
    def _counts(self) -> dict[Callable[[date], date], Counter[date]]:
        by_day = Counter(map(self._day_of, self._starts))
        found: dict[Callable[[date], date], Counter[date]] = {_itself: by_day}
        for part_of in (week_of, month_of):
            found[part_of] = Counter()
            for day, count in by_day.items():
                found[part_of][part_of(day)] += count
        return found


def _weeks_begun(month: date, today: date, weeks: int) -> int:
    """How many parts are open: the first before the month begins, all after its end."""
    if month_of(today) < month_of(month):
        return 1
    if month_of(today) > month_of(month):
        return weeks
    return (today.day - 1) // A_WEEK.days + 1


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    return day.replace(day=1)


def _itself(day: date) -> date:
    return day
