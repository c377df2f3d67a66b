"""Days, times and zones as pages show them: in one zone, which is named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    get_timezone_location,
    match_skeleton,
)

from gateway.pages.visitor import Visitor

REMEMBERED = 4096
"""Formatted days and times of day: a page shows the same few many times."""


@cache
def zone_info(zone: str) -> ZoneInfo:
    """The rules of an IANA zone. ``ZoneInfo`` keeps eight, and reads others from disk each time."""
    return ZoneInfo(zone)


def local(at: datetime, zone: str) -> datetime:
    """The time in an IANA zone."""
    return at.astimezone(zone_info(zone))


def clock(at: datetime, zone: str, visitor: Visitor) -> str:
    """The time of day: "10:00"."""
    return _clock(local(at, zone).time(), visitor.locale)


@lru_cache(REMEMBERED)
def _clock(time_of_day: time, locale: Locale) -> str:
    return format_time(time_of_day, "short", locale=locale)


def day(which: date, visitor: Visitor, *, year: bool = False) -> str:
    """A day with its weekday: "Monday 30 November"."""
    return _day(which, visitor.locale, year)


@lru_cache(REMEMBERED)
def _day(which: date, locale: Locale, year: bool) -> str:
    return format_date(which, _pattern_of_days(str(locale), year), locale=locale)


@cache
def _pattern_of_days(locale: str, year: bool) -> str:
    """CLDR's pattern with the whole weekday: many locales have one with a short weekday alone."""
    skeletons = Locale.parse(locale).datetime_skeletons
    found = match_skeleton("yMMMMEEEEd" if year else "MMMMEEEEd", skeletons)
    return re.sub("E+", "EEEE", skeletons[found].pattern)


def short_day(which: date, visitor: Visitor) -> str:
    """A day in little room: "Mon 30 Nov"."""
    return _short_day(which, visitor.locale)


@lru_cache(REMEMBERED)
def _short_day(which: date, locale: Locale) -> str:
    return format_skeleton("MMMEd", which, locale=locale)


def days_between(first: date, last: date, visitor: Visitor) -> str:
    """One day, or several: "Wednesday 2 to Sunday 6 December"."""
    if first == last:
        return day(first, visitor)
    begins, ends = day(first, visitor).split(" "), day(last, visitor)
    while ends.endswith(f" {begins[-1]}"):  # the month is named once
        begins.pop()
    return visitor.gettext("%(start)s to %(end)s", start=" ".join(begins), end=ends)


def full_date(which: date, visitor: Visitor) -> str:
    """A date without its weekday: "30 November 2026"."""
    return format_date(which, "long", locale=visitor.locale)


def moment(at: datetime, zone: str, visitor: Visitor) -> str:
    """A day and a time: "Monday 30 November, 10:00"."""
    said = visitor.gettext("%(day)s, %(time)s")
    return said % {"day": day(local(at, zone).date(), visitor), "time": clock(at, zone, visitor)}


def short_moment(at: datetime, zone: str, visitor: Visitor) -> str:
    """A day and a time in little room: "Mon 30 Nov, 10:00"."""
    said = visitor.gettext("%(day)s, %(time)s")
    which = local(at, zone).date()
    return said % {"day": short_day(which, visitor), "time": clock(at, zone, visitor)}


def near_moment(at: datetime, zone: str, visitor: Visitor) -> str:
    """A day by its distance, and a time: "Tomorrow, 10:00"; from two days on "Wed 2 Dec, 10:00"."""
    which, today = local(at, zone).date(), local(visitor.now, zone).date()
    if which - today > timedelta(days=1):
        return short_moment(at, zone, visitor)
    said = visitor.gettext("%(day)s, %(time)s")
    near = distance(which, today, visitor)
    return said % {"day": near[:1].upper() + near[1:], "time": clock(at, zone, visitor)}


def span(starts_at: datetime, ends_at: datetime, zone: str, visitor: Visitor) -> str:
    """ "Monday 30 November, 10:00 to 10:30"."""
    said = visitor.gettext("%(start)s to %(end)s")
    return said % {"start": moment(starts_at, zone, visitor), "end": clock(ends_at, zone, visitor)}


def distance(which: date, today: date, visitor: Visitor) -> str:
    """How far a day is: "today", "tomorrow", "in 8 days"."""
    days = (which - today).days
    if days == 0:
        return visitor.gettext("today")
    if days == 1:
        return visitor.gettext("tomorrow")
    return visitor.ngettext("in %(num)d day", "in %(num)d days", days)


def zone_name(zone: str, visitor: Visitor) -> str:
    """The zone as people call it: "Lisbon time"."""
    if zone in ("UTC", "Etc/UTC", "Etc/GMT", "GMT"):
        return "UTC"
    return visitor.gettext("%(place)s time", place=place_of(zone, visitor.locale))


def place_of(zone: str, locale: Locale) -> str:
    """The place that a zone is named for: "Lisbon"."""
    return _place_of(zone, str(locale))


@cache
def _place_of(zone: str, locale: str) -> str:
    return get_timezone_location(zone, locale=locale, return_city=True)


def offset(zone: str, at: datetime) -> str:
    """The offset from UTC at a time: "UTC+1"."""
    minutes = int((local(at, zone).utcoffset() or UTC.utcoffset(None)).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
