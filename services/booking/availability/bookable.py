"""The rule which times of a calendar can be booked, or moved to, at one moment. Pure."""

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
    """All that the rule needs, gathered once for any number of times.

    ``earliest`` and ``latest``: the end of the minimum notice, and the horizon. ``around``: blocked
    by consultations and holds; ``elsewhere``: blocked by external calendars. ``today``: the date
    that decides which parts of the monthly budget are open.
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
        """Raises the refusal that holds for this time."""
        if starts_at < self.now:
            raise InThePast
        if starts_at < self.earliest:
            raise TooSoon(
                "This time starts too soon to be booked. The specialist needs at least "
                f"{self.notice_hours} hours of notice, so please choose a later time."
            )
        if starts_at >= self.latest:
            raise TooFar(
                f"This time is too far ahead. You can book up to {self.horizon_days} days ahead, "
                "so please choose an earlier time."
            )
        if not any(self.hours.slots(starts_at, starts_at + AN_INSTANT)):
            raise SlotNotOffered
        self._require_free(self.hours.day_of(starts_at), starts_at)

    def starts_within(self, starting_from: datetime, until: datetime) -> Iterator[datetime]:
        """All bookable times of a period."""
        first, last = max(starting_from, self.earliest, self.now), min(until, self.latest)
        for day, starts in self._days(first, last):
            for start in starts:
                try:
                    self._require_free(day, start)
                except DomainError:
                    continue
                yield start

    def starts(self) -> Iterator[datetime]:
        """All bookable times. Faster: it decides on whole days and runs of times at once."""
        for day, starts in self._days(self.earliest, self.latest):
            if not self._is_full(day):
                yield from self.elsewhere.unblocked(self.around.unblocked(starts))

    def _days(self, first: datetime, last: datetime) -> Iterator[tuple[date, Sequence[datetime]]]:
        return self.hours.days_of_slots(first, last) if first < last else iter(())

    def _require_free(self, day: date, starts_at: datetime) -> None:
        if self.around.contains(starts_at):
            raise SlotTaken
        if self.elsewhere.contains(starts_at):
            raise SpecialistBusy
        if self.load.budget_is_spent(day, self.today):
            raise BudgetSpent
        if self.load.day_is_full(day):
            raise DayFull

    def _is_full(self, day: date) -> bool:
        return self.load.day_is_full(day) or self.load.budget_is_spent(day, self.today)
