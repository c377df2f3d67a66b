"""Names of time zones in calendar files, as programs write them."""

from __future__ import annotations

import pytest

from tests.booking.calendar_readings import busy_in, in_short, read_in
from tests.booking.external_site import an_event

OWN_ZONE = "\r\n".join(
    [
        "BEGIN:VTIMEZONE",
        "TZID:{name}",
        "BEGIN:STANDARD",
        "DTSTART:16010101T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:16010101T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]
)


def at_ten(name: str, month: str = "03") -> str:
    return an_event(f"DTSTART;TZID={name}:2026{month}04T100000", "DURATION:PT1H")


def begins(name: str, month: str = "03", *lines: str) -> str:
    """For a specialist in New York, where it would be 15:00 by mistake, or 14:00 in summer."""
    [(starts_at, _)] = busy_in("America/New_York", *lines, at_ten(name, month))
    return starts_at[6:]


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [
        ("Europe/Berlin", "09:00", "08:00"),
        ("europe/berlin", "09:00", "08:00"),
        ('"Europe/Berlin"', "09:00", "08:00"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "09:00", "08:00"),
        ("/citadel.org/20260101_1/america/argentina/buenos_aires", "13:00", "13:00"),
        ("America/Los Angeles", "18:00", "17:00"),
        ("W. Europe Standard Time", "09:00", "08:00"),
        ("W. Europe Standard Time 1", "09:00", "08:00"),
        ("w. europe standard time", "09:00", "08:00"),
        ('"tzone://Microsoft/Utc"', "10:00", "10:00"),
        ("tzone://Microsoft/Utc", "10:00", "10:00"),
        ("utc", "10:00", "10:00"),
        ("Z", "10:00", "10:00"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "09:00", "08:00"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "09:00", "08:00"),
        ("(GMT+01:00) Brussels, Copenhagen, Madrid, Paris", "09:00", "08:00"),
        ("(UTC-08:00) Pacific Time (US & Canada)", "18:00", "17:00"),
        ("(UTC+10:00) Canberra, Melbourne, Sydney", "23:00", "00:00"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "04:30", "04:30"),
        ("(UTC) Coordinated Universal Time", "10:00", "10:00"),
        ("(UTC+03:00) Somewhere", "07:00", "07:00"),
        ("(UTC+04:00) Berlin", "06:00", "06:00"),
        ("GMT+0100", "09:00", "09:00"),
        ("GMT-0330", "13:30", "13:30"),
        ("UTC+1", "09:00", "09:00"),
        ("+01:00", "09:00", "09:00"),
        ("-0330", "13:30", "13:30"),
    ],
)
def test_a_name_that_means_something_is_that_zone(name: str, winter: str, summer: str) -> None:
    assert (begins(name), begins(name, "07")) == (winter, summer)


@pytest.mark.parametrize(
    "name", ["Nowhere", "Customized Time Zone", "GMT+99", "+1", "Factory", "X" * 90]
)
def test_a_name_that_means_nothing_is_the_specialists_zone_and_told(name: str) -> None:
    reading = read_in("America/New_York", at_ten(name))
    assert in_short(reading) == [("03-04 15:00", "03-04 16:00")]
    [told] = reading.passed_over
    assert f"Its time zone, {name[:60]}, is not known." in told.problem


@pytest.mark.parametrize(
    "name", ["Customized Time Zone", "(UTC+01:00) Amsterdam, Berlin", "Praxis"]
)
@pytest.mark.parametrize("before", [True, False])
def test_a_zone_of_the_files_own_counts_wherever_it_stands(name: str, before: bool) -> None:
    zone, event = OWN_ZONE.format(name=name), at_ten(f'"{name}"', "07")
    lines = [zone, event] if before else [event, zone]
    assert busy_in("America/New_York", *lines) == [("07-04 08:00", "07-04 09:00")]


@pytest.mark.parametrize(
    "broken",
    [
        OWN_ZONE.format(name="Praxis").replace("TZOFFSETTO:+0100\r\n", ""),
        OWN_ZONE.format(name="Praxis").replace("16010101T03", "?"),
        OWN_ZONE.format(name="Praxis").replace("FREQ=YEARLY", "FREQ=NEVER"),
        "BEGIN:VTIMEZONE\r\nTZID:Praxis\r\nEND:VTIMEZONE",
    ],
)
def test_a_zone_that_can_not_be_read_costs_no_more_than_itself(broken: str) -> None:
    assert begins("Europe/Berlin", "03", broken) == "09:00"
    reading = read_in("America/New_York", broken, at_ten("Praxis"))
    assert in_short(reading) == [("03-04 15:00", "03-04 16:00")]
    assert [each.line for each in reading.passed_over] == [4 + broken.count("\n") + 1]


def test_two_calendars_of_a_file_may_each_have_a_zone_of_the_same_name() -> None:
    east = OWN_ZONE.format(name="Ours").replace("+0200", "+0900").replace("+0100", "+0900")
    first = [OWN_ZONE.format(name="Ours"), at_ten("Ours")]
    second = [east, at_ten("Ours").replace("one@", "two@")]
    file = "\r\n".join([*first, "END:VCALENDAR", "BEGIN:VCALENDAR", *second])
    assert busy_in("America/New_York", file) == [
        ("03-04 01:00", "03-04 02:00"),
        ("03-04 09:00", "03-04 10:00"),
    ]


@pytest.mark.parametrize("name", ["Europe/Berlin", "europe/berlin", "W. Europe Standard Time"])
def test_a_calendar_may_name_the_zone_of_all_times_that_name_none(name: str) -> None:
    floating = an_event("DTSTART:20260304T100000", "DURATION:PT1H")
    daily = an_event(
        "DTSTART:20260328T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", uid="2"
    )
    assert busy_in("America/New_York", f"X-WR-TIMEZONE:{name}", floating, daily) == [
        ("03-04 09:00", "03-04 10:00"),
        ("03-28 09:00", "03-28 10:00"),
        ("03-29 08:00", "03-29 09:00"),
    ]


def test_a_calendar_that_names_no_known_zone_is_meant_in_the_specialists() -> None:
    floating = an_event("DTSTART:20260304T100000", "DURATION:PT1H")
    assert busy_in("America/New_York", "X-WR-TIMEZONE:Nowhere", floating) == [
        ("03-04 15:00", "03-04 16:00")
    ]
