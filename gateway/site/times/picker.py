"""The picker of times: days that have free times, and gaps between them, in one time zone. Pure.

A picker is made for any list of times and any address: ``href`` gives the page that a time leads
to, as a path without the language's prefix. ``templates/parts/picker.html`` shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from babel import Locale

from contracts.inputs.zones import TIME_ZONES
from gateway.pages.times import place_of, zone_info

DAYS_ON_A_PAGE = 4
EVENING = time(18)
"""When an evening begins, in the reader's zone."""
COMMON_ZONES = (
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
"""Offered beside the zones in question; any other one can be written."""
A_DAY = timedelta(days=1)

Href = Callable[[datetime], str]


@dataclass(frozen=True)
class PickerSlot:
    """``named_offset``: its clock shows twice on that day, so the offset from UTC is named."""

    starts_at: datetime
    href: str
    named_offset: bool = False


@dataclass(frozen=True)
class Row:
    """A day with its times; or, without times, a gap from ``first`` to ``last``."""

    first: date
    last: date
    slots: tuple[PickerSlot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Picker:
    """``earlier``, ``later``: the paths of other days, empty where there are none. ``evening``:
    the next evening that is free, with its path, where it is not among the rows."""

    zone: str
    today: date
    rows: tuple[Row, ...]
    earlier: str = ""
    later: str = ""
    evening: date | None = None
    evening_href: str = ""

    @property
    def next_slot(self) -> PickerSlot | None:
        return self.rows[0].slots[0] if self.rows else None


def picker_of(
    starts: Iterable[datetime],
    zone: str,
    now: datetime,
    href: Href,
    *,
    from_day: Callable[[date], str] | None = None,
    earlier: str = "",
) -> Picker:
    """The first days of these times, which are in order. ``from_day`` gives the path of the picker
    that begins on a day; without it, all days are on this one."""
    days = days_of(starts, zone)
    shown = days if from_day is None else days[:DAYS_ON_A_PAGE]
    rest = days[len(shown) :]
    evening = next((day for day, times in rest if ends_in_evening(times, zone)), None)
    if any(ends_in_evening(times, zone) for _, times in shown):
        evening = None
    return Picker(
        zone=zone,
        today=now.astimezone(zone_info(zone)).date(),
        rows=tuple(rows_of(shown, zone, href)),
        earlier=earlier,
        later=from_day(rest[0][0]) if from_day and rest else "",
        evening=evening,
        evening_href=from_day(evening) if from_day and evening else "",
    )


def days_of(starts: Iterable[datetime], zone: str) -> list[tuple[date, list[datetime]]]:
    """Times in order, by their dates in a zone."""
    where = zone_info(zone)
    return [
        (day, list(times))
        for day, times in groupby(starts, key=lambda each: each.astimezone(where).date())
    ]


def rows_of(
    days: Sequence[tuple[date, Sequence[datetime]]], zone: str, href: Href
) -> Iterable[Row]:
    """A row for each day, and one for each gap between two of them."""
    last: date | None = None
    for day, times in days:
        if last is not None and day - last > A_DAY:
            yield Row(last + A_DAY, day - A_DAY)
        yield Row(day, day, slots_of(times, zone, href))
        last = day


def slots_of(times: Sequence[datetime], zone: str, href: Href) -> tuple[PickerSlot, ...]:
    """The times of one day; on the day on which clocks are put back, some show twice."""
    clocks = [_clock(each, zone) for each in times]
    shown = Counter(clocks)
    return tuple(
        PickerSlot(at, href(at), named_offset=shown[clock] > 1)
        for at, clock in zip(times, clocks, strict=True)
    )


def ends_in_evening(times: Sequence[datetime], zone: str) -> bool:
    """Whether the last time of a day is in the evening."""
    return _clock(times[-1], zone) >= EVENING


def start_of(day: date, zone: str) -> datetime:
    """When a day begins in a zone. Where clocks are put forward at midnight, it begins later."""
    return datetime.combine(day, time(), zone_info(zone)).astimezone(UTC)


def page_before(days: Sequence[date]) -> date | None:
    """The first day of the page that ends with the last of these days; ``None``: the first page."""
    return days[-DAYS_ON_A_PAGE] if len(days) > DAYS_ON_A_PAGE else None


def _clock(at: datetime, zone: str) -> time:
    return at.astimezone(zone_info(zone)).time()


# The choice of a time zone


@dataclass(frozen=True)
class ZoneOption:
    name: str
    place: str
    offset: timedelta
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class ZoneChoice:
    """``zone``: the one that times are shown in. ``wanted``: a name in the query that is no time
    zone. ``kept``: the other parameters of the page, which the choice keeps."""

    zone: str
    options: tuple[ZoneOption, ...]
    wanted: str = ""
    kept: tuple[tuple[str, str], ...] = ()


def zone_options(shown: str, own: str, at: datetime, locale: Locale) -> tuple[ZoneOption, ...]:
    """The shown zone, the specialist's own, and common ones, from west to east."""
    names = {shown, *COMMON_ZONES} | ({own} if own else set())
    options = [_option(name, at, locale, name == own) for name in names if name in TIME_ZONES]
    return tuple(sorted(options, key=lambda each: (each.offset, each.place)))


def _option(name: str, at: datetime, locale: Locale, is_own: bool) -> ZoneOption:
    offset = at.astimezone(zone_info(name)).utcoffset() or timedelta()
    return ZoneOption(name, place_of(name, locale), offset, is_own)
