"""Finds the time zone behind a name in a calendar file.

IANA names in any case, Windows names (from CLDR, by icalendar), and the forms that Outlook,
Exchange and other programs write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.booking.external_calendars.unfolding import CalendarComponent

NO_ZONES = {"factory", "localtime", "posixrules"}
NUMBERED = re.compile(r"(.+?)\s+\d+")
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d\d?)(?::?(\d\d))?", re.IGNORECASE)
DISPLAYED = re.compile(r"\((?:UTC|GMT)\s*([+-]\d\d?(?::?\d\d)?)?\)\s*(.*)", re.IGNORECASE)
"""As Windows displays zones: "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"."""
US_TIME = re.compile(r"(.+?) time\b.*")
MOST_OFFSET = timedelta(hours=15)
WINTER, SUMMER = datetime(2026, 1, 15), datetime(2026, 7, 15)


class Zones:
    """Resolves zone names of one file, which can define zones of its own."""

    def __init__(self, calendars: list[CalendarComponent]) -> None:
        self._calendars = calendars
        self._known: dict[tuple[int, str], tzinfo | None] = {}

    def named(self, name: str, calendar: CalendarComponent) -> tzinfo | None:
        key = (id(calendar), name)
        if key not in self._known:
            self._known[key] = iana_zone(name) or self._own(name, calendar) or zone_meant_by(name)
        return self._known[key]

    def of(self, calendar: CalendarComponent) -> tzinfo | None:
        """The zone of a calendar's times that name none, from X-WR-TIMEZONE, if it is known."""
        given = calendar.properties.get("X-WR-TIMEZONE", [])
        return next(filter(None, (self.named(name, calendar) for name in given)), None)

    def _own(self, name: str, calendar: CalendarComponent) -> tzinfo | None:
        """A zone that the file defines. Only used ones are parsed, since parsing can fail."""
        for part in [calendar, *self._calendars]:
            if (text := part.zones.get(name)) is not None:
                try:
                    [parsed] = Timezone.from_ical(text, multiple=True)
                    zone: tzinfo = cast("Timezone", parsed).to_tz(lookup_tzid=False)
                    WINTER.replace(tzinfo=zone).astimezone(UTC)
                except MemoryError:
                    raise
                except Exception:  # the library raises many kinds of exceptions
                    continue
                return zone
        return None


@cache
def iana_zone(name: str) -> tzinfo | None:
    """The zone of an exact IANA name."""
    if name.lower() in NO_ZONES:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


@cache
def zone_meant_by(name: str) -> tzinfo | None:
    """The only zone that a name can mean; ``None`` where that is not certain."""
    for form in _forms(" ".join(name.strip(" \t\"'").lower().split())):
        found = iana().get(form.replace(" ", "_")) or windows().get(form)
        if found is not None:
            return iana_zone(found)
        if (offset := _offset(form)) is not None:
            return timezone(offset)
        if match := DISPLAYED.fullmatch(form):
            return _displayed(_offset(match[1] or "+00:00"), match[2])
    return None


def _forms(name: str) -> Iterator[str]:
    if name in ("z", "tzone://microsoft/utc"):
        yield "utc"
    yield name
    if match := NUMBERED.fullmatch(name):
        yield match[1]
    parts = name.strip("/").split("/")
    yield from ("/".join(parts[start:]) for start in range(1, len(parts)) if parts[start])


def _offset(text: str) -> timedelta | None:
    match = OFFSET.fullmatch(text)
    if match is None or (match[3] is None and text[0] in "+-"):
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > MOST_OFFSET:
        return None
    return -offset if match[1] == "-" else offset


def _displayed(offset: timedelta | None, words: str) -> tzinfo | None:
    """The zone of a displayed name: by city, for its clock changes, if the offset fits; else the
    plain offset."""
    if offset is None:
        return None
    parts = (each.strip().replace(" ", "_") for each in words.split(","))
    named = [name for part in parts for name in cities().get(part, ())]
    american = US_TIME.sub(r"\1 standard time", words)
    for name in [*named, windows().get(american), windows().get(words)]:
        zone = iana_zone(name) if name else None
        if zone and offset in (zone.utcoffset(WINTER), zone.utcoffset(SUMMER)):
            return zone
    return timezone(offset)


@cache
def iana() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if name.lower() not in NO_ZONES}


@cache
def windows() -> dict[str, str]:
    return {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@cache
def cities() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(iana().values()):
        if "/" in name:
            found.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    return found
