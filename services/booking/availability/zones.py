"""Time zones by their IANA names."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from chassis.errors import FieldError
from contracts.booking.availability import UnknownTimeZone
from contracts.inputs.zones import why_not_a_zone


def zone_of(name: str) -> ZoneInfo:
    """Raises ``UnknownTimeZone``."""
    if problems := list(zone_problems("time_zone", name)):
        raise UnknownTimeZone(errors=problems)
    return ZoneInfo(name)


def zone_problems(field: str, name: str) -> Iterator[FieldError]:
    if problem := why_not_a_zone(name):
        yield FieldError(field, problem, name)
