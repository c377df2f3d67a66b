"""Opening hours, and the slots that start in them. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.booking.availability import Availability, DateOverride, Hours, Stay, Stretch

SLOT = timedelta(minutes=30)
A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
MINUTES_A_DAY = A_DAY // A_MINUTE
DAYS_LOOKED_BACK = 7
MIDNIGHT = time()
DAYS_REMEMBERED = 8192
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Span(NamedTuple):
    """A stretch of opening hours in minutes from one date's midnight. It can begin on an earlier
    date and end on a later one. ``first``: the first minute of its grid on this date."""

    opens: int
    closes: int
    first: int


@dataclass(frozen=True)
class OpeningHours:
    """Weekly hours in a specialist's zone, dates with other hours, and stays in other zones."""

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
        """The starts of slots in UTC and in order, from one time up to, not including, another.

        Stretches that touch are one, also across midnight. Each date is resolved in its own zone.
        A local time that a clock change skips gives no slot; one that it repeats gives one, the
        first time. A slot is offered if all of its 30 minutes lie within the stretch, also across
        a clock change. Slots overlap where the grid is finer than 30 minutes.
        """
        for _, starts in self.days_of_slots(starting_from, until):
            yield from starts

    def days_of_slots(
        self, starting_from: datetime, until: datetime
    ) -> Iterator[tuple[date, Sequence[datetime]]]:
        """The same starts, grouped by date in the specialist's calendar."""
        # no zone is more than a day from UTC
        first = starting_from.astimezone(UTC).date() - A_DAY
        last = until.astimezone(UTC).date() + A_DAY
        days = (first + n * A_DAY for n in range((last - first).days + 1))
        found = ((day, _between(self._starts_on(day), starting_from, until)) for day in days)
        yield from _in_order(found) if self.stays else found

    def day_of(self, moment: datetime) -> date:
        """The date in the specialist's calendar at a moment."""
        for stay in self.stays:
            day = moment.astimezone(ZoneInfo(stay.time_zone)).date()
            if stay.first_day <= day <= stay.last_day:
                return day
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def zones(self) -> tuple[Stay, ...]:
        """The zones of dates: for each date the first one that includes it."""
        always = Stay(first_day=date.min, last_day=date.max, time_zone=self.time_zone)
        return (*self.stays, always)

    def day_ends(self, moment: datetime) -> datetime:
        """The earliest end of the moment's date: where a stay begins or ends, the first midnight
        of the two zones."""
        today = self.day_of(moment)
        tomorrow = today + A_DAY
        zones = {self.time_zone, self.zone_on(today), self.zone_on(tomorrow)}
        midnights = (
            datetime.combine(tomorrow, MIDNIGHT, ZoneInfo(each)).astimezone(UTC) for each in zones
        )
        return min(each for each in midnights if each > moment)

    def zone_on(self, day: date) -> str:
        """The zone of a date."""
        return next(
            (each.time_zone for each in self.stays if each.first_day <= day <= each.last_day),
            self.time_zone,
        )

    def covers(self, moment: datetime) -> bool:
        """Whether all 30 minutes from a moment lie within the hours, on the grid or not."""
        day = self.day_of(moment)
        zone = ZoneInfo(self.zone_on(day))
        return any(
            _lies_within(_at(day, each.opens), _at(day, each.closes), moment, zone)
            for each in self.spans_on(day)
        )

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The stretches of a date, at full length where they continue across midnight."""
        return tuple(self._span(day, *each) for each in self._parts_on(day))

    def _span(self, day: date, opens: int, closes: int) -> Span:
        if opens > 0 and closes < MINUTES_A_DAY:
            return Span(opens, closes, opens)
        begins = self._begins(day) if opens == 0 else opens
        first = opens + (begins - opens) % self.grid_minutes
        if closes == MINUTES_A_DAY:
            closes += self._open_after_midnight(day + A_DAY)
        return Span(max(begins, -MINUTES_A_DAY), closes, first)

    def _begins(self, day: date) -> int:
        """The first minute of the stretch that is open at a date's midnight, relative to it. For a
        stretch longer than a week, a midnight."""
        begins = 0
        for days_before in range(1, DAYS_LOOKED_BACK + 1):
            before = day - days_before * A_DAY
            parts = self._parts_on(before)
            if not parts or parts[-1][1] < MINUTES_A_DAY or self._zone_begins(before + A_DAY):
                break
            begins = parts[-1][0] - days_before * MINUTES_A_DAY
            if parts[-1][0] > 0:
                break
        return begins

    def _open_after_midnight(self, day: date) -> int:
        """How many minutes of a date belong to the stretch that was open at its midnight."""
        parts = self._parts_on(day)
        reached = parts and parts[0][0] == 0 and not self._zone_begins(day)
        return parts[0][1] if reached else 0

    def _zone_begins(self, day: date) -> bool:
        """Whether the date has another zone than the day before."""
        return bool(self.stays) and self.zone_on(day) != self.zone_on(day - A_DAY)

    def _parts_on(self, day: date) -> list[tuple[int, int]]:
        """The open minutes of a date, in order, as parts that do not touch.

        On a date with an override, hours of the day before end at midnight.
        """
        differing = self._differing
        if day in differing or self._zone_begins(day):
            return _parts(self._stretches_on(day), ())
        if day - A_DAY in differing:
            return _parts(self._stretches_on(day), differing[day - A_DAY])
        return self._usual_parts[day.weekday()]

    @cached_property
    def _usual_parts(self) -> list[list[tuple[int, int]]]:
        """The open minutes of each weekday, where neither it nor the day before differs."""
        return [_parts(self._weekly[n], self._weekly[n - 1]) for n in range(len(WEEKDAYS))]

    def _starts_on(self, day: date) -> Sequence[datetime]:
        starts = _starts(day, self.zone_on(day), self.spans_on(day), self.grid_minutes)
        if not self.stays:
            return starts
        # where two zones meet, a moment belongs to only one date
        return [each for each in starts if self.day_of(each) == day]

    def _stretches_on(self, day: date) -> Sequence[tuple[int, int]]:
        differing = self._differing.get(day)
        return self._weekly[day.weekday()] if differing is None else differing

    @cached_property
    def _differing(self) -> dict[date, Sequence[tuple[int, int]]]:
        return {
            each.day: [minutes_of(stretch) for stretch in each.hours] for each in self.overrides
        }

    @cached_property
    def _weekly(self) -> list[Sequence[tuple[int, int]]]:
        return [
            [minutes_of(each) for each in self.hours if each.weekday == weekday]
            for weekday in WEEKDAYS
        ]


def minutes_of(stretch: Hours | Stretch) -> tuple[int, int]:
    """The minutes of the date at which a stretch begins and ends. Past midnight they go on."""
    opens, closes = _minute(stretch.starts), _minute(stretch.ends)
    return opens, closes if closes > opens else closes + MINUTES_A_DAY


@cache
def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _parts(
    own: Iterable[tuple[int, int]], before: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The open minutes of a date, from its own stretches and those of the day before."""
    ending = [(opens, min(closes, MINUTES_A_DAY)) for opens, closes in own]
    passing = [(0, closes - MINUTES_A_DAY) for _, closes in before if closes > MINUTES_A_DAY]
    return _joined(ending + passing)


def _joined(parts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Parts joined where they touch or overlap, in order."""
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(parts):
        if found and opens <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], closes)
        else:
            found.append((opens, closes))
    return found


def _between(
    starts: Sequence[datetime], starting_from: datetime, until: datetime
) -> Sequence[datetime]:
    return starts[bisect_left(starts, starting_from) : bisect_left(starts, until)]


def _in_order(
    days: Iterable[tuple[date, Sequence[datetime]]],
) -> Iterator[tuple[date, Sequence[datetime]]]:
    """The same in order of time: where two zones meet, dates can overlap."""
    found = sorted((start, day) for day, starts in days for start in starts)
    for day, together in groupby(found, key=itemgetter(1)):
        yield day, [start for start, _ in together]


@lru_cache(DAYS_REMEMBERED)
def _starts(
    day: date, zone_name: str, spans: tuple[Span, ...], grid_minutes: int
) -> Sequence[datetime]:
    """The starts of one date. Cached: each booking looks at the hours of several days."""
    zone = ZoneInfo(zone_name)
    starts: set[datetime] = set()
    for span in spans:
        starts.update(_starts_within(day, span, grid_minutes, zone))
    return sorted(starts)


def _starts_within(day: date, span: Span, grid_minutes: int, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts of one stretch on a date. Fast path where no clock changes within it."""
    steps = range(span.first, min(span.closes, MINUTES_A_DAY), grid_minutes)
    opens, closes = _at(day, span.opens), _at(day, span.closes)
    first, end = _resolved(_at(day, span.first), zone), _resolved(closes, zone)
    if first is not None and end is not None and end - first == closes - _at(day, span.first):
        last = span.closes - SLOT // A_MINUTE
        yield from (first + (each - span.first) * A_MINUTE for each in steps if each <= last)
        return
    for each in steps:
        start = _resolved(_at(day, each), zone)
        if start is not None and _lies_within(opens, closes, start, zone):
            yield start


def _at(day: date, minute: int) -> datetime:
    """Naive local time of a minute that is counted from a date's midnight."""
    return datetime.combine(day, MIDNIGHT) + minute * A_MINUTE


def _resolved(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Naive local time in UTC; ``None`` where a clock change skips it."""
    resolved = local.replace(tzinfo=zone).astimezone(UTC)
    return resolved if _wall(resolved, zone) == local else None


def _lies_within(opens: datetime, closes: datetime, start: datetime, zone: ZoneInfo) -> bool:
    """Whether a stretch contains each minute of a slot, also across a clock change."""
    minutes = (start + n * A_MINUTE for n in range(SLOT // A_MINUTE))
    return all(opens <= _wall(each, zone) < closes for each in minutes)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Naive local time of a moment."""
    return moment.astimezone(zone).replace(tzinfo=None)
