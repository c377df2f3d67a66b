"""Validation of an availability as a whole: overlaps, lengths, zones. The gateway has checked
its shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from chassis.errors import FieldError
from contracts.booking.availability import Availability, BadHours, Hours, Stretch
from services.booking.availability.opening_hours import (
    A_MINUTE,
    MINUTES_A_DAY,
    SLOT,
    WEEKDAYS,
    OpeningHours,
    minutes_of,
)
from services.booking.availability.zones import zone_problems

LONGEST_STAY = timedelta(days=366)
LEAST = SLOT // A_MINUTE
A_WEEK = 7 * MINUTES_A_DAY
DAY_ENDS = "24:00"

Minutes = tuple[int, int]
Named = tuple[str, Hours | Stretch, Minutes]
"""The path of a stretch in the request, the stretch, and its first and last minute."""


def require_valid(availability: Availability) -> None:
    """Raises ``BadHours`` with all problems."""
    problems = [
        *zone_problems("time_zone", availability.time_zone),
        *_weekly(availability.hours, "hours"),
        *_overrides(availability),
        *_stays(availability),
    ]
    if problems:
        raise BadHours(errors=problems)


def require_valid_week(hours: Iterable[Hours], field: str) -> None:
    """The same for weekly hours alone, in a field of this name."""
    if problems := list(_weekly(hours, field)):
        raise BadHours(errors=problems)


def _weekly(hours: Iterable[Hours], field: str) -> Iterator[FieldError]:
    named = [(f"{field}.{i}", each, _from_monday(each)) for i, each in enumerate(hours)]
    yield from _stretches(named, A_WEEK)
    yield from _too_short(named)


def _from_monday(hours: Hours) -> Minutes:
    midnight = WEEKDAYS.index(hours.weekday) * MINUTES_A_DAY
    opens, closes = minutes_of(hours)
    return midnight + opens, midnight + closes


def _too_short(named: Sequence[Named]) -> Iterator[FieldError]:
    """Stretches that are too short for a consultation, together with those they touch."""
    lasting = [minutes for _, each, minutes in named if _lasts(each)]
    after = {opens % A_WEEK: closes - opens for opens, closes in lasting}
    before = {closes % A_WEEK: closes - opens for opens, closes in lasting}
    for field, each, (opens, closes) in named:
        length = closes - opens + _reach(closes, after, 1) + _reach(opens, before, -1)
        if length < LEAST and _lasts(each):
            yield _of_few_minutes(field, each, length)


def _reach(minute: int, lengths: Mapping[int, int], way: int) -> int:
    """How many open minutes adjoin a minute on one side, counted up to about ``LEAST``."""
    found = 0
    while found < LEAST and (minute + way * found) % A_WEEK in lengths:
        found += lengths[(minute + way * found) % A_WEEK]
    return found


def _overrides(availability: Availability) -> Iterator[FieldError]:
    known: dict[object, int] = {}
    for i, override in enumerate(availability.overrides):
        field = f"overrides.{i}"
        if override.day in known:
            yield FieldError(
                f"{field}.day",
                f"This date is also in overrides.{known[override.day]}.",
                str(override.day),
            )
        known.setdefault(override.day, i)
        named = [
            (f"{field}.hours.{j}", each, minutes_of(each)) for j, each in enumerate(override.hours)
        ]
        yield from _stretches(named, None, str(override.day))
        yield from _too_short_on(override.day, named, OpeningHours.of(availability))


def _too_short_on(day: date, named: Sequence[Named], hours: OpeningHours) -> Iterator[FieldError]:
    """The same for a date, together with the hours they touch on the dates before and after."""
    for field, each, (opens, _) in named:
        spans = [span for span in hours.spans_on(day) if span.opens <= opens < span.closes]
        for span in spans:
            length = span.closes - span.opens
            if length < LEAST and _lasts(each):
                yield _of_few_minutes(field, each, length)


def _of_few_minutes(field: str, stretch: Hours | Stretch, length: int) -> FieldError:
    return FieldError(
        field,
        f"Has {length} minutes; a consultation takes {LEAST}.",
        f"{stretch.starts}–{stretch.ends}",
    )


def _stays(availability: Availability) -> Iterator[FieldError]:
    stays = availability.stays
    for i, stay in enumerate(stays):
        yield from zone_problems(f"stays.{i}.time_zone", stay.time_zone)
        if not timedelta(0) <= stay.last_day - stay.first_day <= LONGEST_STAY:
            yield FieldError(
                f"stays.{i}.last_day",
                f"Must not be before first_day, nor over {LONGEST_STAY.days} days after it.",
                str(stay.last_day),
            )
    for (i, one), (j, other) in combinations(enumerate(stays), 2):
        if one.first_day <= other.last_day and other.first_day <= one.last_day:
            yield FieldError(f"stays.{j}", f"Overlaps stays.{i}.", str(other.first_day))


def _stretches(
    named: Sequence[Named], repeat: int | None, when: str | None = None
) -> Iterator[FieldError]:
    """Empty stretches and overlaps. ``repeat``: the period in minutes, for weekly hours."""
    for j, (field, each, minutes) in enumerate(named):
        if each.starts == DAY_ENDS:
            yield FieldError(f"{field}.starts", "Must be before 24:00.", each.starts)
        elif not _lasts(each):
            yield FieldError(f"{field}.ends", f"Must not be starts ({each.starts}).", each.ends)
        else:
            for first, other, others in named[:j]:
                if _lasts(other) and _meet(others, minutes, repeat):
                    day = when or _weekday_of_both(others, minutes)
                    yield FieldError(field, f"Overlaps {first} on {day}.", each.starts)


def _lasts(stretch: Hours | Stretch) -> bool:
    return stretch.starts not in (stretch.ends, DAY_ENDS)


def _meet(one: Minutes, other: Minutes, repeat: int | None) -> bool:
    shifts = (0,) if repeat is None else (-repeat, 0, repeat)
    return any(one[0] < other[1] + each and other[0] + each < one[1] for each in shifts)


def _weekday_of_both(one: Minutes, other: Minutes) -> str:
    """The first weekday on which two overlapping stretches are both open."""
    later = next(
        begins
        for begins, (opens, closes) in ((other[0], one), (one[0], other))
        if any(opens <= begins + each < closes for each in (-A_WEEK, 0, A_WEEK))
    )
    return WEEKDAYS[later // MINUTES_A_DAY]
