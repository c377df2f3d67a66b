"""When a specialist can be booked, worked out once and looked at many times. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chassis.errors import FieldError
from contracts.booking.slots import BadPeriod, Slot, SlotsQuery
from services.booking.availability.opening_hours import SLOT
from services.booking.availability.zones import zone_of

LONGEST_PERIOD = timedelta(days=62)
USUAL_PERIOD = timedelta(days=14)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class FreeTimes:
    """``starts``: of all slots, in order, that can be booked at some time from ``true_from`` to
    ``true_until`` if nothing changes but the time. What is too close, or too far ahead, at a given
    time is left out when they are looked at; a part of a budget opens with a day of the
    specialist's, and ``day_of`` tells it."""

    starts: Sequence[datetime]
    true_from: datetime
    true_until: datetime
    day_of: Callable[[datetime], date]
    notice: timedelta
    horizon: timedelta
    cancellation_notice_hours: int

    def are_true(self, now: datetime) -> bool:
        return self.true_from <= now < self.true_until and (
            self.day_of(now) == self.day_of(self.true_from)
        )

    def bookable(self, now: datetime) -> Sequence[datetime]:
        """All that can be booked at this time."""
        return self._between(now, END_OF_TIME, now)

    def slots(self, query: SlotsQuery, now: datetime) -> list[Slot]:
        """What can be booked in a period; raises ``BadPeriod`` or ``UnknownTimeZone``."""
        starting_from, until = _period(query, now)
        zone = None if query.time_zone is None else zone_of(query.time_zone)
        return [
            Slot(
                starts_at=start,
                ends_at=start + SLOT,
                local_start=None if zone is None else start.astimezone(zone).isoformat(),
            )
            for start in self._between(starting_from, until, now)
        ]

    def _between(
        self, starting_from: datetime, until: datetime, now: datetime
    ) -> Sequence[datetime]:
        first = bisect_left(self.starts, max(starting_from, now + self.notice))
        last = bisect_left(self.starts, min(until, now + self.horizon))
        return self.starts[first:last]


def _period(query: SlotsQuery, now: datetime) -> tuple[datetime, datetime]:
    starting_from = query.starting_from or now
    until = query.until or starting_from + min(USUAL_PERIOD, END_OF_TIME - starting_from)
    if timedelta(0) < until - starting_from <= LONGEST_PERIOD:
        return starting_from, until
    limits = f"Must be after from, by {LONGEST_PERIOD.days} days at most."
    raise BadPeriod(errors=[FieldError("to", limits, until.isoformat())])
