"""Texts in each language, and formats of days and times (CLDR's, by Babel).

A text is declared once, with all languages side by side. Variable parts are placeholders::

    MOVED = Text(
        en="Your appointment was moved to {when}.",
        de="Ihr Termin wurde verschoben auf {when}.",
    )
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name

from contracts.profiles.preferences import Language


@dataclass(frozen=True)
class Text:
    """A text in each language. A field is named by the language's code."""

    en: str
    de: str

    def written(self, language: Language, **values: object) -> str:
        """The text in this language, with the placeholders filled."""
        words: str = getattr(self, language.value)
        return words.format(**values)


MOMENT = Text(en="{date} at {time} ({zone})", de="{date}, um {time} Uhr ({zone})")
IN_UTC = Text(en="{date} at {time} UTC", de="{date}, um {time} Uhr UTC")
TIME_IN_UTC = Text(en="{time} UTC", de="{time} Uhr UTC")


def day(which: date, locale: Locale) -> str:
    """A day with its weekday: "Monday 7 January 2030"."""
    return format_date(which, "full", locale)


@lru_cache(maxsize=1024)
def moment(at: datetime, zone: str, locale: Locale, utc_beside: bool = False) -> str:
    """A time in an IANA zone, with the zone's name; ``utc_beside``: and in UTC.

    Remembered: both sides of a consultation, a notice and its mail say the same time.
    """
    language = Language(locale.language)
    local = at.astimezone(ZoneInfo(zone))
    named = _zone_name(local, locale)
    if utc_beside and local.tzname() != "UTC":
        named = f"{named}; {_utc(at, local.date(), locale)}"
    return MOMENT.written(language, date=day(local, locale), time=_time(local, locale), zone=named)


def _zone_name(local: datetime, locale: Locale) -> str:
    """The zone's name at that time: summer time has its own name."""
    variant: Literal["daylight", "standard"] = "daylight" if _is_summer_time(local) else "standard"
    return get_timezone_name(local, width="long", locale=locale, zone_variant=variant)


def _is_summer_time(local: datetime) -> bool:
    """Whether the zone's name is that of summer time. Where law calls summer time the standard, as
    in Ireland and Morocco, IANA puts the rest of the year an hour behind."""
    assert isinstance(local.tzinfo, ZoneInfo)
    if _falls_behind(local.tzinfo, local.year):
        return not local.dst()
    return bool(local.dst())


@cache
def _falls_behind(zone: ZoneInfo, year: int) -> bool:
    """Whether clocks of the zone are behind its standard time in part of the year, which may be as
    short as Ramadan."""
    days = (datetime(year, 1, 1, 12, tzinfo=zone) + timedelta(days=day) for day in range(365))
    return any((day.dst() or timedelta()) < timedelta() for day in days)


def _time(at: datetime, locale: Locale) -> str:
    return format_time(at, "short", tzinfo=at.tzinfo, locale=locale)


def _utc(at: datetime, local_day: date, locale: Locale) -> str:
    """The time in UTC, with the day where it differs."""
    there = at.astimezone(UTC)
    text = TIME_IN_UTC if there.date() == local_day else IN_UTC
    return text.written(
        Language(locale.language), date=day(there, locale), time=_time(there, locale)
    )
