"""When somebody is busy by a calendar file; and what no file may do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import eventlet
import pytest
from eventlet.semaphore import Semaphore
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import Unavailable
from contracts.booking.availability import Stay
from contracts.booking.external_calendars import BadCalendarFile
from services.booking.availability.busy import Interval, merged
from services.booking.availability.opening_hours import OpeningHours
from services.booking.external_calendars import subprocess_parser
from services.booking.external_calendars.parser import (
    MOST_EVENTS,
    MOST_EXAMPLES,
    MOST_OCCURRENCES,
    MOST_STRETCHES,
)
from services.booking.external_calendars.parser import read as read_file
from services.booking.external_calendars.parser_protocol import ParseRequest, Refused
from services.booking.external_calendars.subprocess_parser import Reading, ask, read
from tests.booking.builders import MONDAY, at
from tests.booking.external_site import STAMP, a_file, an_event, from_to

HALF_A_YEAR = timedelta(days=182)
BERLIN = OpeningHours("Europe/Berlin", ())
ALWAYS_IN_BERLIN = [("0001-01-01", "9999-12-31", "Europe/Berlin")]
IN_BERLIN = ParseRequest(MONDAY, MONDAY + HALF_A_YEAR, ALWAYS_IN_BERLIN, [])


def reading_of(
    file: bytes,
    hours: OpeningHours,
    starting_from: datetime,
    until: datetime,
    ours: Sequence[str] = (),
) -> Reading:
    """As the service reads it: in a process apart."""
    with TemporaryFile() as asked:
        ask(asked, hours, starting_from, until, ours)
        asked.write(file)
        return read(asked)


def busy_times(file: bytes, *asked: Any) -> list[Interval]:
    return reading_of(file, *asked).busy


def busy(*events: str, hours: OpeningHours = BERLIN) -> list[tuple[str, str]]:
    found = busy_times(a_file(*events), hours, MONDAY, MONDAY + HALF_A_YEAR)
    return [(f"{each.starts_at:%m-%d %H:%M}", f"{each.ends_at:%m-%d %H:%M}") for each in found]


def read_here(file: bytes) -> list[Interval]:
    """In the test's own process, for what need not be kept apart."""
    return read_file(file, IN_BERLIN).busy


def test_an_event_makes_busy_from_its_start_to_its_end() -> None:
    assert busy(from_to(at("10:00"), at("11:00"))) == [("03-02 10:00", "03-02 11:00")]
    lasting = an_event("DTSTART;TZID=America/New_York:20260302T100000", "DURATION:PT90M")
    assert busy(lasting) == [("03-02 15:00", "03-02 16:30")]


def test_a_day_and_a_time_without_a_zone_are_meant_in_the_specialists_own() -> None:
    a_day = an_event("DTSTART;VALUE=DATE:20260303")
    assert busy(a_day) == [("03-02 23:00", "03-03 23:00")]
    assert busy(an_event("DTSTART:20260303T100000", "DURATION:PT1H")) == [
        ("03-03 09:00", "03-03 10:00")
    ]
    two_days = an_event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330")
    assert busy(two_days) == [("03-27 23:00", "03-29 22:00")]  # the clocks change


def test_a_day_that_is_spent_elsewhere_is_meant_there() -> None:
    stay = Stay(first_day=date(2026, 3, 3), last_day=date(2026, 3, 4), time_zone="Asia/Tokyo")
    away = OpeningHours("Europe/Berlin", (), stays=(stay,))
    assert busy(an_event("DTSTART;VALUE=DATE:20260303"), hours=away) == [
        ("03-02 15:00", "03-03 15:00")
    ]


def test_an_event_that_recurs_makes_busy_each_time_in_its_own_zone() -> None:
    weekly = an_event(
        "DTSTART;TZID=Europe/Berlin:20200323T100000",
        "DTEND;TZID=Europe/Berlin:20200323T110000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260331T000000Z",
        "EXDATE;TZID=Europe/Berlin:20260309T100000",
    )
    assert busy(weekly) == [
        ("03-02 09:00", "03-02 10:00"),
        ("03-16 09:00", "03-16 10:00"),
        ("03-23 09:00", "03-23 10:00"),
        ("03-30 08:00", "03-30 09:00"),
    ]


def test_one_occurrence_may_be_moved_and_another_cancelled() -> None:
    daily = from_to(at("10:00"), at("11:00"), "RRULE:FREQ=DAILY;COUNT=3")
    moved = from_to(at("15:00", 1), at("16:00", 1), "RECURRENCE-ID:20260303T100000Z")
    gone = from_to(
        at("10:00", 2),
        at("11:00", 2),
        "RECURRENCE-ID:20260304T100000Z",
        "STATUS:CANCELLED",
    )
    assert busy(daily, moved, gone) == [
        ("03-02 10:00", "03-02 11:00"),
        ("03-03 15:00", "03-03 16:00"),
    ]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "status:cancelled"])
def test_what_takes_no_time_or_place_blocks_nothing(line: str) -> None:
    assert busy(from_to(at("10:00"), at("11:00"), line)) == []


def test_our_own_consultations_that_were_taken_over_there_block_nothing() -> None:
    ours, theirs = "0192@firststep", "0193@firststep"
    file = a_file(
        from_to(at("10:00"), at("11:00"), uid=ours),
        from_to(at("10:00"), at("12:00"), uid=ours),
        from_to(at("15:00"), at("16:00"), uid=theirs),
    )
    found = busy_times(file, BERLIN, MONDAY, MONDAY + HALF_A_YEAR, [ours])
    assert found == [Interval(at("15:00"), at("16:00"))]


def test_events_that_carelessly_bear_the_same_uid_count_each() -> None:
    assert busy(
        from_to(at("10:00"), at("11:00")),
        from_to(at("13:00"), at("14:00")),
        from_to(at("15:00"), at("16:00"), "RRULE:FREQ=DAILY;COUNT=2"),
        from_to(at("18:00"), at("19:00"), "RECURRENCE-ID:20260302T100000Z"),
    ) == [
        ("03-02 13:00", "03-02 14:00"),
        ("03-02 15:00", "03-02 16:00"),
        ("03-02 18:00", "03-02 19:00"),
        ("03-03 15:00", "03-03 16:00"),
    ]


def test_what_overlaps_is_one_time_and_what_lies_outside_of_the_period_none() -> None:
    assert busy(
        from_to(at("10:00"), at("11:00"), uid="1"),
        from_to(at("10:30"), at("12:00"), uid="2"),
        from_to(MONDAY - timedelta(days=3), MONDAY - timedelta(days=2), uid="3"),
        from_to(MONDAY + timedelta(days=400), MONDAY + timedelta(days=401), uid="4"),
    ) == [("03-02 10:00", "03-02 12:00")]
    long = from_to(MONDAY - timedelta(days=3), MONDAY + timedelta(days=400))
    assert busy_times(a_file(long), BERLIN, MONDAY, at("20:00")) == [Interval(MONDAY, at("20:00"))]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20261399T100000Z", "DTEND:20260303T110000Z"],
        ["DTSTART:20260303T100000Z", "DTSTART:20260303T110000Z"],
        ["DTSTART:20260303T250000Z", "DTEND:20260303T110000Z"],
        ["DTSTART:", "DURATION:PT1H"],
        ["DTSTART:00010101T000000Z", "DTEND:20260303T110000Z"],
        ["DTEND:20260303T110000Z"],
    ],
)
@pytest.mark.parametrize("zone", [[], ["X-WR-TIMEZONE:America/New_York"]])
def test_an_event_that_makes_no_sense_leaves_the_others(lines: list[str], zone: list[str]) -> None:
    senseless = an_event(*lines, uid="other")
    assert busy(*zone, senseless, from_to(at("10:00"), at("11:00"))) == [
        ("03-02 10:00", "03-02 11:00")
    ]


def test_the_same_uid_twice_in_one_event_is_no_reason_to_leave_it_out() -> None:
    assert busy(from_to(at("10:00"), at("11:00"), "UID:two")) == [("03-02 10:00", "03-02 11:00")]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20250101T000000Z", "DTEND:99991231T235959Z"],
        ["DTSTART;VALUE=DATE:20250101", "DTEND;VALUE=DATE:99991231"],
        ["DTSTART;TZID=Europe/Berlin:20250101T000000", "DTEND:99991231T235959Z"],
        ["DTSTART:20250101T000000Z", "DTEND:99991231T235959Z", "RRULE:FREQ=YEARLY"],
    ],
)
def test_what_never_ends_blocks_all_the_time(lines: list[str]) -> None:
    found = busy_times(a_file(an_event(*lines)), BERLIN, MONDAY, MONDAY + HALF_A_YEAR)
    assert found == [Interval(MONDAY, MONDAY + HALF_A_YEAR)]


def test_a_file_may_say_other_things_and_be_folded_anywhere() -> None:
    file = a_file(
        "X-WR-CALNAME:Praxis",
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n"
        "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE",
        "BEGIN:VTODO\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\nEND:VTODO",
        from_to(at("10:00"), at("11:00")),
    ).replace(b"DTSTART:2026", b"DTSTART:20\r\n 26")
    assert len(busy_times(file, BERLIN, MONDAY, MONDAY + HALF_A_YEAR)) == 1
    with_mark = b"\xef\xbb\xbf" + file.replace(b"\r\n", b"\n")
    assert len(busy_times(with_mark, BERLIN, MONDAY, MONDAY + HALF_A_YEAR)) == 1


# Files that are refused


def nested(depth: int) -> bytes:
    return a_file("BEGIN:VEVENT\r\n" * depth + "END:VEVENT\r\n" * depth)


REFUSED = {
    "nothing": (b"", "not a calendar"),
    "a page": (b"<html><body>Sign in</body></html>", "not a calendar"),
    "another encoding": ("BEGIN:VCALENDAR".encode("utf-16"), "not in UTF-8"),
    "garbage": (bytes(range(256)) * 100, "not in UTF-8"),
    "cut off": (
        a_file(from_to(at("10:00"), at("11:00")))[:-25],
        "ends before its VEVENT does, which begins in line 4",
    ),
    "cut off between events": (
        a_file(from_to(at("10:00"), at("11:00"))).removesuffix(b"END:VCALENDAR\r\n"),
        "ends before its VCALENDAR does, which begins in line 1",
    ),
    "the second of two cut off": (
        a_file() + a_file(from_to(at("10:00"), at("11:00")))[:-25],
        "ends before its VEVENT does, which begins in line 8",
    ),
    "a part of another": (
        b"DTSTART:20260302T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR",
        "no VCALENDAR",
    ),
    "nested deep": (nested(11), "no event that can be read"),
    "nested very deep": (nested(50_000), "50000 events"),
    "too many events": (
        a_file(*[an_event("SUMMARY:x", uid=str(n)) for n in range(MOST_EVENTS + 1)]),
        f"{MOST_EVENTS + 1} events",
    ),
    "before time began": (
        a_file(an_event("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z")),
        "no event that can be read; the first begins in line 4",
    ),
    "only when somebody is free": (
        a_file("BEGIN:VFREEBUSY\r\nUID:x\r\nFREEBUSY:20260302T100000Z/PT1H\r\nEND:VFREEBUSY"),
        "only VFREEBUSY, which is not read",
    ),
}


@pytest.mark.parametrize(("file", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_calendar_is_refused_and_says_why(file: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_here(file)


def test_a_refusal_comes_through_from_the_process_apart() -> None:
    with pytest.raises(BadCalendarFile, match="no event that can be read"):
        busy_times(nested(11), BERLIN, MONDAY, MONDAY + HALF_A_YEAR)


def test_what_is_passed_over_is_named_by_the_line_where_it_begins() -> None:
    file = a_file(
        "X-NOTE:folded\r\n  twice\r\n  over",
        from_to(at("10:00"), at("11:00")),
        an_event("DTSTART:20260302T1", uid="bad"),
        "BEGIN:VEV\r\n ENT\r\nUID:worse\r\nDTSTART:?\r\nEND:VEVENT",
    )
    lines = file.decode().split("\r\n")
    reading = reading_of(file, BERLIN, MONDAY, MONDAY + HALF_A_YEAR)
    assert reading.busy == [Interval(at("10:00"), at("11:00"))]
    assert reading.passed_over == 2
    found = [(each.component, each.line) for each in reading.examples]
    assert found == [
        ("VEVENT", lines.index("UID:bad")),
        ("VEVENT", lines.index("BEGIN:VEV") + 1),
    ]
    assert all(each.problem.endswith(".") for each in reading.examples)


def test_of_much_that_is_passed_over_ten_are_named() -> None:
    bad = [an_event("DTSTART:?", uid=str(number)) for number in range(MOST_EXAMPLES + 1)]
    file = a_file(from_to(at("10:00"), at("11:00")), *bad)
    reading = reading_of(file, BERLIN, MONDAY, MONDAY + HALF_A_YEAR)
    assert (reading.passed_over, len(reading.examples)) == (MOST_EXAMPLES + 1, MOST_EXAMPLES)


ENDLESS = {
    "every second": "FREQ=SECONDLY",
    "every second of a day that never comes": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31",
    "all seconds of all days": ";".join(
        [
            "FREQ=DAILY",
            f"BYHOUR={','.join(map(str, range(24)))}",
            f"BYMINUTE={','.join(map(str, range(60)))}",
            f"BYSECOND={','.join(map(str, range(60)))}",
        ]
    ),
}


@pytest.mark.parametrize("rule", ENDLESS.values(), ids=ENDLESS)
def test_a_rule_without_end_is_refused_in_time_and_stops_nobody(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess_parser, "DEADLINE_S", 3.0)
    waits: list[float] = []
    ticking = eventlet.spawn(_note_waits, waits)
    file = a_file(from_to(at("10:00"), at("11:00"), f"RRULE:{rule}"))
    with eventlet.Timeout(20):
        with pytest.raises((BadCalendarFile, Unavailable), match=r"in time|more than 5 seconds"):
            busy_times(file, BERLIN, MONDAY, MONDAY + HALF_A_YEAR)
    ticking.kill()
    assert max(waits) < 1


def test_who_waits_for_a_turn_gives_up_in_time_and_blames_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess_parser, "DEADLINE_S", 0.3)
    monkeypatch.setattr(subprocess_parser, "_turn", Semaphore(0))
    with eventlet.Timeout(20), pytest.raises(Unavailable, match="could not be read in time"):
        busy(from_to(at("10:00"), at("11:00")))


def _note_waits(waits: list[float]) -> None:
    while True:
        before = datetime.now(UTC)
        eventlet.sleep(0.01)
        waits.append((datetime.now(UTC) - before).total_seconds())


def test_what_recurs_too_often_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.booking.external_calendars.parser.MOST_OCCURRENCES", 100)
    often = from_to(at("10:00"), at("10:05"), "RRULE:FREQ=HOURLY;COUNT=101")
    with pytest.raises(Refused, match="more than 100 entries"):
        read_here(a_file(often))
    assert MOST_OCCURRENCES > 180 * 24


def test_what_falls_into_too_many_pieces_is_refused() -> None:
    piece = timedelta(minutes=20)
    starts = [MONDAY + number * 2 * piece for number in range(MOST_STRETCHES + 1)]
    pieces = [from_to(each, each + piece, uid=str(each)) for each in starts]
    with pytest.raises(Refused, match=f"busy {MOST_STRETCHES + 1} times in half a year"):
        read_here(a_file(*pieces))
    touching = [from_to(each, each + 2 * piece, uid=str(each)) for each in starts]
    assert read_here(a_file(*touching)) == [Interval(starts[0], starts[-1] + 2 * piece)]


def test_who_reads_a_strangers_file_knows_nothing_of_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRSTSTEP_SEAL_KEYS", "secret")
    tells = "import json, os; print(json.dumps({'refused': ' '.join(os.environ)}))"
    monkeypatch.setattr(subprocess_parser, "READ", [subprocess_parser.READ[0], "-c", tells])
    with pytest.raises(BadCalendarFile) as told:
        busy()
    assert not [name for name in told.value.detail.split() if not name.startswith(("LC_", "PYTH"))]


def test_a_process_that_dies_over_a_file_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    starved = (
        "from services.booking.external_calendars import parser; "
        "parser.MOST_MEMORY = 1; parser.main()"
    )
    monkeypatch.setattr(subprocess_parser, "READ", [subprocess_parser.READ[0], "-c", starved])
    with pytest.raises(BadCalendarFile, match="768 MiB"):
        busy_times(a_file("X-MUCH:" + "x" * 10**7), BERLIN, MONDAY, MONDAY + HALF_A_YEAR)


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "UID:1",
        STAMP,
        "DTSTART:20260303T100000Z",
        "DTSTART;VALUE=DATE:20260303",
        "DTSTART;TZID=Nowhere:20260303T100000",
        "DTEND:20260303T110000Z",
        "DTEND;VALUE=DATE:20260301",
        "DURATION:-P1D",
        "DURATION:P",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "RRULE:FREQ=",
        "EXDATE:20260303T100000Z",
        "RDATE;VALUE=PERIOD:20260304T100000Z/PT1H",
        "RECURRENCE-ID:20260303T100000Z",
        "SEQUENCE:-1",
        "STATUS:",
        ":",
        ";",
        "X" * 80,
    ]
)


@given(st.lists(LINES | st.text(max_size=20), max_size=25))
@settings(max_examples=300)
def test_whatever_stands_in_a_file_it_is_read_or_refused(lines: list[str]) -> None:
    with suppress(Refused):
        found = read_here(a_file(*lines))
        assert found == merged(found)
