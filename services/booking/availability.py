"""Hours become slots. Pure: what is booked, and the time, are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from chassis.errors import FieldError
from contracts.booking import BadHours, Hours

SLOT = timedelta(minutes=30)
DAY_ENDS = "24:00"
MIDNIGHT = time()
DAYS_REMEMBERED = 4096
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class WeeklyHours:
    """Hours in a specialist's own zone."""

    time_zone: str
    hours: tuple[Hours, ...]

    def slots(self, starting_from: datetime, until: datetime) -> Iterator[datetime]:
        """When slots start, in UTC and in order, from one time up to, not including, another.

        Each date is resolved in the zone: a time that the clocks skip yields nothing, one that
        they repeat counts once, the first time round.
        """
        zone = ZoneInfo(self.time_zone)
        day = starting_from.astimezone(zone).date() - timedelta(days=1)
        last = until.astimezone(zone).date()
        while day <= last:
            for start in _starts_on(day, self):
                if starting_from <= start < until:
                    yield start
            day += timedelta(days=1)


@lru_cache(DAYS_REMEMBERED)
def _starts_on(day: date, weekly: WeeklyHours) -> list[datetime]:
    """Kept: a day's hours are looked at with every booking."""
    zone, starts = ZoneInfo(weekly.time_zone), set()
    for hours in weekly.hours:
        if hours.weekday != WEEKDAYS[day.weekday()]:
            continue
        local, end = _at(day, hours.starts), _at(day, hours.ends)
        while local + SLOT <= end:
            start = _resolved(local, zone)
            if start is not None:
                starts.add(start)
            local += SLOT
    return sorted(starts)


def require_sensible(hours: list[Hours]) -> None:
    """Raises ``BadHours`` where a stretch is empty, or overlaps another of its day."""
    problems = []
    for i, each in enumerate(hours):
        if each.ends <= each.starts:
            problems.append(
                FieldError(f"hours.{i}.ends", f"Must be after starts ({each.starts}).", each.ends)
            )
        for j, other in enumerate(hours[:i]):
            if (
                each.weekday == other.weekday
                and each.starts < other.ends
                and other.starts < each.ends
            ):
                problems.append(
                    FieldError(f"hours.{i}", f"Overlaps hours.{j} on {each.weekday}.", each.starts)
                )
    if problems:
        raise BadHours(errors=problems)


def _at(day: date, clock: str) -> datetime:
    """A time of day as naive local time; 24:00 is the next midnight."""
    if clock == DAY_ENDS:
        return datetime.combine(day + timedelta(days=1), MIDNIGHT)
    return datetime.combine(day, time.fromisoformat(clock))


def _resolved(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Naive local time in UTC; ``None`` where the clocks skip it."""
    resolved = local.replace(tzinfo=zone).astimezone(UTC)
    return resolved if resolved.astimezone(zone).replace(tzinfo=None) == local else None
