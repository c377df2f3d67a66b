"""Time zones, as people name them."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from chassis.errors import FieldError
from contracts.booking.availability import UnknownTimeZone

TIME_ZONES = available_timezones() - {"localtime"}  # which is whatever the host's clock shows


def zone_of(name: str) -> ZoneInfo:
    """Raises ``UnknownTimeZone``."""
    if problems := list(zone_problems("time_zone", name)):
        raise UnknownTimeZone(errors=problems)
    return ZoneInfo(name)


def zone_problems(field: str, name: str) -> Iterator[FieldError]:
    if name not in TIME_ZONES:
        yield FieldError(field, "Not an IANA time zone, such as Europe/Berlin.", name)
