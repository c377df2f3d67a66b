"""The form of a specialist's hours, and how it converts to an ``Availability`` and back. Pure.

The form has the weekly hours by weekday, and each exception as a row of its own: one without times
closes the day, several of one day open it several times. A clock of a browser has no 24:00, so an
end of 00:00 is the end of the day.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Annotated, Any, get_args

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import FieldError, Invalid
from contracts.booking.availability import (
    Availability,
    BadHours,
    DateOverride,
    Hours,
    LocalTime,
    Stretch,
    Weekday,
)

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
MOST_RANGES, MOST_DAYS = 7, 400
FIRST_FIELD = {"stays": "first_day"}
"""The field of a row that a problem of the whole row is shown at; else it is ``starts``."""
A_DAY = timedelta(days=1)

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Range:
    """Hours of a weekday."""

    starts: LocalTime
    ends: LocalTime

    @property
    def until(self) -> str:
        return ends_of_form(self.ends)


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """An exception. Without times, the day is closed."""

    day: date
    starts: Annotated[LocalTime, Doc("Empty: closed.")] = ""
    ends: LocalTime = ""


Ranges = Annotated[list[Range], Length(max=MOST_RANGES)]


@dataclass(frozen=True, kw_only=True)
class HoursForm(Availability):
    """An availability as people write it. ``hours`` and ``overrides`` are made from the rest."""

    monday: Ranges = field(default_factory=list)
    tuesday: Ranges = field(default_factory=list)
    wednesday: Ranges = field(default_factory=list)
    thursday: Ranges = field(default_factory=list)
    friday: Ranges = field(default_factory=list)
    saturday: Ranges = field(default_factory=list)
    sunday: Ranges = field(default_factory=list)
    days: Annotated[list[DayRow], Length(max=MOST_DAYS)] = field(default_factory=list)

    def to_availability(self) -> Availability:
        """Raises ``Invalid`` where a row has one time of two."""
        if halves := list(self._halves()):
            raise Invalid(errors=halves)
        written = {each.name: getattr(self, each.name) for each in fields(Availability)}
        written["hours"] = [
            Hours(weekday=weekday, starts=each.starts, ends=each.until)
            for weekday, _, each in self._ranges()
        ]
        written["overrides"] = [
            DateOverride(day=day, hours=[self._stretch(row) for row in self._open(rows)])
            for day, rows in self._rows_by_day().items()
        ]
        return Availability(**written)

    def in_form(self, refusal: BadHours) -> BadHours:
        """The refusal of these hours, with the names that this form has for its fields."""
        names = self._names()
        return BadHours(
            errors=[
                dataclasses.replace(each, field=_renamed(each.field, names))
                for each in refusal.errors
            ]
        )

    def _ranges(self) -> Iterator[tuple[Weekday, int, Range]]:
        for weekday in WEEKDAYS:
            for number, each in enumerate(getattr(self, weekday)):
                yield weekday, number, each

    def _rows_by_day(self) -> dict[date, list[int]]:
        found: dict[date, list[int]] = {}
        for number, row in enumerate(self.days):
            found.setdefault(row.day, []).append(number)
        return found

    def _open(self, rows: list[int]) -> list[int]:
        return [each for each in rows if self.days[each].starts]

    def _stretch(self, number: int) -> Stretch:
        row = self.days[number]
        return Stretch(starts=row.starts, ends=ends_of_form(row.ends))

    def _halves(self) -> Iterator[FieldError]:
        for number, row in enumerate(self.days):
            if bool(row.starts) != bool(row.ends):
                missing = "ends" if row.starts else "starts"
                yield FieldError(f"days.{number}.{missing}", "Missing data for required field.")

    def _names(self) -> dict[str, str]:
        """The rows of this form by their names in an ``Availability``."""
        found = {
            f"hours.{place}": f"{weekday}.{number}"
            for place, (weekday, number, _) in enumerate(self._ranges())
        }
        for place, rows in enumerate(self._rows_by_day().values()):
            found[f"overrides.{place}"] = f"days.{rows[0]}"
            for number, row in enumerate(self._open(rows)):
                found[f"overrides.{place}.hours.{number}"] = f"days.{row}"
        return found


def _renamed(name: str, names: Mapping[str, str]) -> str:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        known = names.get(".".join(parts[:length]))
        if known is not None:
            parts = [*known.split("."), *parts[length:]]
            break
    if parts[-1].isdigit():
        parts.append(FIRST_FIELD.get(parts[0], "starts"))
    return ".".join(parts)


def ends_of_form(ends: str) -> str:
    return "24:00" if ends == "00:00" else ends


def ends_in_form(ends: str) -> str:
    return "00:00" if ends == "24:00" else ends


def form_values(availability: Mapping[str, Any], today: date) -> Values:
    """The values of the form for a stored availability (as JSON). Exceptions that are over are
    left out."""
    values = dict(availability)
    for weekday in WEEKDAYS:
        values[weekday] = [
            _row(each) for each in availability["hours"] if each["weekday"] == weekday
        ]
    since = (today - A_DAY).isoformat()
    values["days"] = [
        {"day": override["day"], **row}
        for override in sorted(availability["overrides"], key=lambda each: str(each["day"]))
        for row in ([_row(each) for each in override["hours"]] or [{"starts": "", "ends": ""}])
        if override["day"] >= since
    ]
    values["stays"] = [each for each in availability["stays"] if each["last_day"] >= since]
    return values


def _row(stretch: Mapping[str, str]) -> Values:
    return {"starts": stretch["starts"], "ends": ends_in_form(stretch["ends"])}


def new_values(time_zone: str) -> Values:
    """The values of the form before hours are set for the first time."""
    first = Availability(offers_free_consultations=True, time_zone=time_zone)
    return {each.name: getattr(first, each.name) for each in fields(Availability)}
