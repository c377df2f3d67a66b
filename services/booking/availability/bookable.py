"""Which times can be booked in a calendar, or moved to, at one moment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.errors import DomainError
from contracts.booking.consultations import (
    BudgetSpent,
    DayFull,
    InThePast,
    SlotNotOffered,
    SlotTaken,
    SpecialistBusy,
    TooFar,
    TooSoon,
)
from services.booking.availability.busy import Blocked
from services.booking.availability.limits import SpecialistLoad
from services.booking.availability.opening_hours import OpeningHours

AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Bookable:
    """What stands against times, gathered once for as many as are asked about.

    ``earliest`` and ``latest``: where the notice ends and the horizon is. ``around``: what is too
    close to what is booked or held; ``elsewhere``: to what the specialist has elsewhere.
    ``today``: the date by which parts of the budget are open.
    """

    hours: OpeningHours
    now: datetime
    notice_hours: int
    horizon_days: int
    earliest: datetime
    latest: datetime
    around: Blocked
    elsewhere: Blocked
    load: SpecialistLoad
    today: date

    def require(self, starts_at: datetime) -> None:
        """Raises the refusal that stands against this time."""
        if starts_at < self.now:
            raise InThePast
        if starts_at < self.earliest:
            raise TooSoon(
                "This time is too close. "
                f"Please choose one at least {self.notice_hours} hours ahead."
            )
        if starts_at >= self.latest:
            raise TooFar(
                f"This time is too far ahead. Please choose one within {self.horizon_days} days."
            )
        if not any(self.hours.slots(starts_at, starts_at + AN_INSTANT)):
            raise SlotNotOffered
        self._require_free(self.hours.day_of(starts_at), starts_at)

    def starts_within(self, starting_from: datetime, until: datetime) -> Iterator[datetime]:
        """All times of a period against which nothing stands."""
        first, last = max(starting_from, self.earliest, self.now), min(until, self.latest)
        for day, starts in self._days(first, last):
            for start in starts:
                try:
                    self._require_free(day, start)
                except DomainError:
                    continue
                yield start

    def starts(self) -> Iterator[datetime]:
        """All times against which nothing stands: whole days and runs of times at once."""
        for day, starts in self._days(self.earliest, self.latest):
            if not self._is_full(day):
                yield from self.elsewhere.less(self.around.less(starts))

    def _days(self, first: datetime, last: datetime) -> Iterator[tuple[date, Sequence[datetime]]]:
        return self.hours.days_of_slots(first, last) if first < last else iter(())

    def _require_free(self, day: date, starts_at: datetime) -> None:
        if self.around.holds(starts_at):
            raise SlotTaken
        if self.elsewhere.holds(starts_at):
            raise SpecialistBusy
        if self.load.budget_is_spent(day, self.today):
            raise BudgetSpent
        if self.load.day_is_full(day):
            raise DayFull

    def _is_full(self, day: date) -> bool:
        return self.load.day_is_full(day) or self.load.budget_is_spent(day, self.today)
