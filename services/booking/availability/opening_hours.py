"""Hours become slots. Pure: what is booked, and the time, are given."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from contracts.booking.availability import Availability, DateOverride, Hours, Stay, Stretch

SLOT = timedelta(minutes=30)
A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
DAY_ENDS = "24:00"
MIDNIGHT = time()
DAYS_REMEMBERED = 8192
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class OpeningHours:
    """Hours in a specialist's own zone: weekly ones, dates that differ, dates spent elsewhere."""

    time_zone: str
    hours: tuple[Hours, ...]
    overrides: tuple[DateOverride, ...] = ()
    stays: tuple[Stay, ...] = ()
    grid_minutes: int = 30

    @classmethod
    def of(cls, availability: Availability) -> OpeningHours:
        return cls(
            time_zone=availability.time_zone,
            hours=tuple(availability.hours),
            overrides=tuple(availability.overrides),
            stays=tuple(availability.stays),
            grid_minutes=availability.grid_minutes,
        )

    def slots(self, starting_from: datetime, until: datetime) -> Iterator[datetime]:
        """When slots start, in UTC and in order, from one time up to, not including, another.

        Each date is resolved in the zone that holds on it: a time that the clocks skip yields
        nothing, one that they repeat counts once, the first time round, and nothing starts that
        would last beyond its hours because the clocks change meanwhile. Slots may overlap where
        the grid is finer than they are long.
        """
        for _, starts in self.days_of_slots(starting_from, until):
            yield from starts

    def days_of_slots(
        self, starting_from: datetime, until: datetime
    ) -> Iterator[tuple[date, Sequence[datetime]]]:
        """The same, under the dates that the specialist's own calendar shows then."""
        # no zone is more than a day from UTC
        first = starting_from.astimezone(UTC).date() - A_DAY
        last = until.astimezone(UTC).date() + A_DAY
        days = (first + n * A_DAY for n in range((last - first).days + 1))
        found = ((day, _between(self._starts_on(day), starting_from, until)) for day in days)
        yield from _in_order(found) if self.stays else found

    def day_of(self, moment: datetime) -> date:
        """The date that the specialist's own calendar shows."""
        for stay in self.stays:
            day = moment.astimezone(ZoneInfo(stay.time_zone)).date()
            if stay.first_day <= day <= stay.last_day:
                return day
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def zones(self) -> tuple[Stay, ...]:
        """Where dates are meant: on each the first that holds."""
        always = Stay(first_day=date.min, last_day=date.max, time_zone=self.time_zone)
        return (*self.stays, always)

    def day_ends(self, moment: datetime) -> datetime:
        """Until when it shows that date at least: where a stay begins or ends, to the first
        midnight of the zones that meet."""
        today = self.day_of(moment)
        tomorrow = today + A_DAY
        zones = {self.time_zone, self.zone_on(today), self.zone_on(tomorrow)}
        midnights = (
            datetime.combine(tomorrow, MIDNIGHT, ZoneInfo(each)).astimezone(UTC) for each in zones
        )
        return min(each for each in midnights if each > moment)

    def zone_on(self, day: date) -> str:
        """The zone that holds on that date."""
        return next(
            (each.time_zone for each in self.stays if each.first_day <= day <= each.last_day),
            self.time_zone,
        )

    def _starts_on(self, day: date) -> Sequence[datetime]:
        stretches = self._stretches_on(day)
        starts = _starts(day, self.zone_on(day), stretches, self.grid_minutes)
        if not self.stays:
            return starts
        # where two zones meet, a moment belongs to one date alone
        return [each for each in starts if self.day_of(each) == day]

    def _stretches_on(self, day: date) -> tuple[Stretch, ...]:
        differing = self._differing.get(day)
        return self._weekly[day.weekday()] if differing is None else differing

    @cached_property
    def _differing(self) -> dict[date, tuple[Stretch, ...]]:
        return {each.day: tuple(each.hours) for each in self.overrides}

    @cached_property
    def _weekly(self) -> list[tuple[Stretch, ...]]:
        return [
            tuple(
                Stretch(starts=each.starts, ends=each.ends)
                for each in self.hours
                if each.weekday == weekday
            )
            for weekday in WEEKDAYS
        ]


def _between(
    starts: Sequence[datetime], starting_from: datetime, until: datetime
) -> Sequence[datetime]:
    return starts[bisect_left(starts, starting_from) : bisect_left(starts, until)]


def _in_order(
    days: Iterable[tuple[date, Sequence[datetime]]],
) -> Iterator[tuple[date, Sequence[datetime]]]:
    """Dates follow each other in one zone; where two meet they may not."""
    found = sorted((start, day) for day, starts in days for start in starts)
    for day, together in groupby(found, key=itemgetter(1)):
        yield day, [start for start, _ in together]


@lru_cache(DAYS_REMEMBERED)
def _starts(
    day: date, zone_name: str, stretches: tuple[Stretch, ...], grid_minutes: int
) -> Sequence[datetime]:
    """Kept: a day's hours are looked at with every booking."""
    zone, apart = ZoneInfo(zone_name), timedelta(minutes=grid_minutes)
    starts: set[datetime] = set()
    for stretch in stretches:
        starts.update(_starts_within(_at(day, stretch.starts), _at(day, stretch.ends), apart, zone))
    return sorted(starts)


def _starts_within(
    opens: datetime, closes: datetime, apart: timedelta, zone: ZoneInfo
) -> Iterator[datetime]:
    """Of one stretch, in naive local time. Where no clock changes, it is as long in UTC."""
    steps = [n * apart for n in range((closes - opens - SLOT) // apart + 1)]
    first, end = _resolved(opens, zone), _resolved(closes, zone)
    if first is not None and end is not None and end - first == closes - opens:
        yield from (first + each for each in steps)
        return
    for each in steps:
        start = _resolved(opens + each, zone)
        if start is not None and _lies_within(opens, closes, start, zone):
            yield start


def _at(day: date, clock: str) -> datetime:
    """A time of day as naive local time; 24:00 is the next midnight."""
    if clock == DAY_ENDS:
        return datetime.combine(day + A_DAY, MIDNIGHT)
    return datetime.combine(day, time.fromisoformat(clock))


def _resolved(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Naive local time in UTC; ``None`` where the clocks skip it."""
    resolved = local.replace(tzinfo=zone).astimezone(UTC)
    return resolved if _wall(resolved, zone) == local else None


def _lies_within(opens: datetime, closes: datetime, start: datetime, zone: ZoneInfo) -> bool:
    """Whether a stretch holds each minute of a slot, whatever the clocks do meanwhile."""
    minutes = (start + n * A_MINUTE for n in range(SLOT // A_MINUTE))
    return all(opens <= _wall(each, zone) < closes for each in minutes)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks show then: naive local time."""
    return moment.astimezone(zone).replace(tzinfo=None)
