"""Calendar files, read in the test's own process, and what came of it in short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.booking.external_calendars.parser import read
from services.booking.external_calendars.parser_protocol import ParseRequest, Reading
from tests.booking.builders import MONDAY
from tests.booking.external_site import a_file

HALF_A_YEAR = timedelta(days=182)
Times = list[tuple[str, str]]


def asked_in(zone: str, ours: Sequence[str] = ()) -> ParseRequest:
    """From 2 March 2026 on, of a specialist who is always in this zone."""
    always = [("0001-01-01", "9999-12-31", zone)]
    return ParseRequest(MONDAY, MONDAY + HALF_A_YEAR, always, list(ours))


def read_in(zone: str, *events: str, ours: Sequence[str] = ()) -> Reading:
    return read(a_file(*events), asked_in(zone, ours))


def in_short(reading: Reading) -> Times:
    """In UTC: "03-02 10:00" is 2 March 2026."""
    return [(f"{starts:%m-%d %H:%M}", f"{ends:%m-%d %H:%M}") for starts, ends in reading.busy]


def busy_in(zone: str, *events: str) -> Times:
    """When all of it can be read."""
    reading = read_in(zone, *events)
    assert reading.passed_over == ()
    return in_short(reading)


def busy(*events: str) -> Times:
    """The same, of a specialist who is in Berlin: an hour ahead of UTC in March."""
    return busy_in("Europe/Berlin", *events)


def busy_in_part(*events: str) -> tuple[Times, list[str]]:
    """When something can't be read; and what is said of it."""
    reading = read_in("Europe/Berlin", *events)
    return in_short(reading), [each.problem for each in reading.passed_over]


def starts(times: Times) -> list[str]:
    return [begins for begins, _ in times]
