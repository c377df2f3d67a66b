"""What is over counts against no limit, and is not told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.booking.external_calendars import expansion
from services.booking.external_calendars.parser import MOST_EVENTS, read
from services.booking.external_calendars.parser_protocol import Refused
from services.booking.external_calendars.past_events import lies_outside
from services.booking.external_calendars.unfolding import scan
from tests.booking.builders import MONDAY, at
from tests.booking.calendar_readings import HALF_A_YEAR, asked_in, busy, in_short, read_in, starts
from tests.booking.external_site import a_file, an_event, from_to

BERLIN = asked_in("Europe/Berlin")


def is_over(event: str) -> bool:
    return scan(a_file(event), lambda raw: not lies_outside(raw, BERLIN), MOST_EVENTS).number == 0


def of_the_past(number: int) -> Iterator[str]:
    for each in range(number):
        begins = MONDAY - timedelta(days=10 + each % 3000)
        yield from_to(begins, begins + timedelta(hours=1), uid=str(each))


def test_a_history_of_years_leaves_what_is_to_come() -> None:
    to_come = from_to(at("10:00"), at("11:00"))
    assert busy(*of_the_past(MOST_EVENTS + 1), to_come) == [("03-02 10:00", "03-02 11:00")]


def test_what_is_to_come_is_limited() -> None:
    events = [from_to(at("10:00"), at("11:00"), uid=str(each)) for each in range(MOST_EVENTS + 1)]
    with pytest.raises(Refused, match=f"has {MOST_EVENTS + 1} events that are not over"):
        read(a_file(*events), BERLIN)
    assert len(read(a_file(*events[1:], *of_the_past(10)), BERLIN).busy) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260226T100000Z", "DTEND:20260226T110000Z"],
        ["DTSTART;TZID=Anywhere:20260226T100000", "DTEND;TZID=Anywhere:20260226T110000"],
        ["DTSTART;VALUE=DATE:20260225"],
        ["DTSTART;VALUE=DATE:20260101", "DURATION:P8W"],
        ["DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;UNTIL=20260226T100000Z"],
        ["DTSTART:20200101T100000Z", "RECURRENCE-ID:20200102T100000Z"],
        ["DTSTART:20260226T100000Z", "DTEND:20260226T110000Z", "EXDATE:soon"],
        ["DTSTART:20260226T250000Z"],
        ["DTSTART:20270301T100000Z", "DTEND:20270301T110000Z"],
        ["DTSTART:20270301T100000Z", "RRULE:FREQ=DAILY"],
    ],
)
def test_what_certainly_lies_outside_of_the_time_is_left_out_before_it_is_parsed(
    lines: list[str],
) -> None:
    assert is_over(an_event(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260228T100000Z", "DTEND:20260302T110000Z"],
        ["DTSTART:20260101T100000Z", "DURATION:P9W"],
        ["DTSTART:20260101T100000Z", "DURATION:soon"],
        ["DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY"],
        ["DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;COUNT=3"],
        ["DTSTART:20260201", "DTEND:20260228", "RRULE:FREQ=MONTHLY;COUNT=3;UNTIL=20260226"],
        ["DTSTART:20200101T100000Z", "RDATE:20260303T100000Z"],
        ["DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;UNTIL=20200103", "RRULE:FREQ=DAILY"],
        ["DTSTART:20200101T100000Z", "RECURRENCE-ID:20260303T100000Z"],
        ["DTSTART:20200101T100000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20200101T100000Z"],
        ["DTSTART:20270301T100000Z", "RECURRENCE-ID:20260303T100000Z"],
        ["DTSTART:20261399T100000Z"],
        ["DTSTART:soon"],
        ["DTEND:20200101T100000Z"],
    ],
)
def test_what_may_lie_ahead_is_parsed(lines: list[str]) -> None:
    assert not is_over(an_event(*lines))


def test_what_was_moved_into_the_past_is_not_where_it_was() -> None:
    daily = from_to(at("10:00"), at("11:00"), "RRULE:FREQ=DAILY;COUNT=2")
    past = MONDAY - timedelta(days=20)
    moved = from_to(past, past + timedelta(hours=1), "RECURRENCE-ID:20260303T100000Z")
    assert starts(busy(daily, moved)) == ["03-02 10:00"]


def test_the_first_and_the_last_day_that_are_asked_about_are_read() -> None:
    edges = [MONDAY - timedelta(minutes=30), MONDAY + HALF_A_YEAR - timedelta(minutes=30)]
    events = [from_to(each, each + timedelta(hours=1), uid=str(each)) for each in edges]
    assert in_short(read_in("Pacific/Kiritimati", *events)) == [
        ("03-02 08:00", "03-02 08:30"),
        ("08-31 07:30", "08-31 08:00"),
    ]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
def test_the_first_day_is_read_in_any_zone(zone: str) -> None:
    assert len(read_in(zone, an_event("DTSTART;VALUE=DATE:20260302")).busy) == 1


def test_what_is_over_and_can_not_be_read_is_not_told_of() -> None:
    odd = an_event("DTSTART;TZID=Nowhere:20200101T100000", "DTEND:20200101T", uid="odd")
    assert busy(odd, from_to(at("10:00"), at("11:00"))) == [("03-02 10:00", "03-02 11:00")]


@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Berlin", ";VALUE=DATE"])
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;BYDAY=WE",
        "FREQ=DAILY;BYMONTH=3,4;BYDAY=MO,TU",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,SU",
        "FREQ=WEEKLY;UNTIL=20260401",
        "FREQ=DAILY;COUNT=2500",
    ],
)
def test_a_series_begun_long_ago_takes_place_as_if_each_date_had_been_counted(
    zone: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = "20200101" if "DATE" in zone else "20200101T023000"
    out = begun.replace("20200101", "20260305")
    lines = [f"DTSTART{zone}:{begun}", "DURATION:P4D", f"RRULE:{rule}", f"EXDATE{zone}:{out}"]
    moved = an_event(
        f"RECURRENCE-ID{zone}:{begun.replace('20200101', '20260310')}", "DTSTART:20260801T100000Z"
    )
    found = in_short(read_in("Europe/Berlin", an_event(*lines), moved))
    monkeypatch.setattr(expansion, "_begun_lately", lambda event, _: event)
    assert found == in_short(read_in("Europe/Berlin", an_event(*lines), moved))
    assert found
