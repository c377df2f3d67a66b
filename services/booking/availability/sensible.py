"""Whether an availability makes sense as a whole; its shape was checked at the gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations

from chassis.errors import FieldError
from contracts.booking.availability import Availability, BadHours, Hours, Stretch
from services.booking.availability.zones import zone_problems

LONGEST_STAY = timedelta(days=366)


def require_sensible(availability: Availability) -> None:
    """Raises ``BadHours`` with everything that is wrong."""
    problems = [
        *zone_problems("time_zone", availability.time_zone),
        *_weekly(availability.hours),
        *_overrides(availability),
        *_stays(availability),
    ]
    if problems:
        raise BadHours(errors=problems)


def _weekly(hours: Sequence[Hours]) -> Iterator[FieldError]:
    by_day: dict[str, list[tuple[str, Hours]]] = {}
    for i, each in enumerate(hours):
        by_day.setdefault(each.weekday, []).append((f"hours.{i}", each))
    for weekday, stretches in by_day.items():
        yield from _stretches(stretches, weekday)


def _overrides(availability: Availability) -> Iterator[FieldError]:
    known: dict[object, int] = {}
    for i, override in enumerate(availability.overrides):
        field = f"overrides.{i}"
        if override.day in known:
            yield FieldError(
                f"{field}.day", f"Stands in overrides.{known[override.day]} too.", str(override.day)
            )
        known.setdefault(override.day, i)
        named = [(f"{field}.hours.{j}", each) for j, each in enumerate(override.hours)]
        yield from _stretches(named, str(override.day))


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


def _stretches(named: Sequence[tuple[str, Hours | Stretch]], when: str) -> Iterator[FieldError]:
    for field, each in named:
        if each.ends <= each.starts:
            yield FieldError(f"{field}.ends", f"Must be after starts ({each.starts}).", each.ends)
    lasting = [(field, each) for field, each in named if each.starts < each.ends]
    for (first, one), (second, other) in combinations(lasting, 2):
        if one.starts < other.ends and other.starts < one.ends:
            yield FieldError(second, f"Overlaps {first} on {when}.", other.starts)
