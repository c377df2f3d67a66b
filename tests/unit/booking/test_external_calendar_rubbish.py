"""What stands beside the events of a calendar file costs none of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.booking.external_calendars.parser import read
from services.booking.external_calendars.parser_protocol import Reading
from tests.booking.builders import at
from tests.booking.calendar_readings import asked_in, busy
from tests.booking.external_site import a_file, an_event, from_to

ZONE = """BEGIN:VTIMEZONE
TZID:Praxis
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0200
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE"""
GOOD = [
    from_to(at("10:00"), at("11:00"), uid="single"),
    from_to(at("12:00", 1), at("13:00", 1), "RRULE:FREQ=WEEKLY;UNTIL=20260401", uid="series"),
    from_to(at("15:00", 8), at("16:00", 8), "RECURRENCE-ID:20260310T120000Z", uid="series"),
    an_event("DTSTART;VALUE=DATE:20260320", uid="day"),
    an_event("DTSTART;TZID=Praxis:20260321T100000", "DURATION:PT1H", uid="zone"),
    an_event("DTSTART:20260322T100000", "DURATION:PT1H", uid="floating"),
    an_event(
        "DTSTART:20260323T100000Z",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER;RELATED=START:\r\nEND:VALARM",
        "DURATION:PT1H",
        uid="alarm",
    ),
]
HEADS = [
    [],
    ["X-WR-TIMEZONE:America/New_York\r\nVERSION:2.0"],
    ["X-WR-CALNAME:Praxis", "METHOD:PUBLISH"],
]
A_TASK = "BEGIN:VTODO\nUID:x\n{}\nEND:VTODO"
RUBBISH = [
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=START:\nEND:VALARM",
    A_TASK.format("DUE:soon"),
    A_TASK.format("DTSTART:20260302T100000Z\nRRULE:FREQ=SECONDLY"),
    A_TASK.format("BEGIN:VALARM\nTRIGGER:\nEND:VALARM"),
    "BEGIN:VJOURNAL\nDTSTART:?\nEND:VJOURNAL",
    "BEGIN:VFREEBUSY\nFREEBUSY:20260302T100000Z/PT1H\nEND:VFREEBUSY",
    "BEGIN:VTIMEZONE\nTZID:Nobodys\nEND:VTIMEZONE",
    "BEGIN:VTIMEZONE\nTZID:Endless\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE",
    "BEGIN:VTIMEZONE\nEND:VTIMEZONE",
    "BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART:?\nEND:AVAILABLE\nEND:VAVAILABILITY",
    "BEGIN:X-DEEP\n" * 60 + "END:X-DEEP\n" * 60,
    "BEGIN:VTIMEZONE",
    "BEGIN:VTODO",
    "END:VTODO",
    "END:VEVENT",
    "END:VALARM",
    "BEGIN:",
    "BEGIN",
    "CALSCALE:gregorian",
    "CALSCALE:JULIAN",
    "REFRESH-INTERVAL:P1H",
    "REFRESH-INTERVAL;VALUE=DURATION:soon",
    "X-WR-TIMEZONE:",
    "X-WR-TIMEZONE:Nowhere",
    "X-WR-CALDESC:one line\nand another",
    'X-WR-CALDESC;X-ODD="unclosed:text',
    "VERSION:1.0",
    "DTSTART:20260302T140000Z",
    "UID:single",
    "STATUS:CANCELLED",
    " a fold of nothing",
    "\ta fold of nothing",
    "",
    "\x00\x1a",
    "<!-- cached -->",
]
NO_RUBBISH = re.compile(rb"^\s*(BEGIN|END)\s*:|^(METHOD|X-WR-)", re.IGNORECASE | re.MULTILINE)
WORDS = (st.binary(max_size=60) | st.text(max_size=60).map(str.encode)).filter(
    lambda line: not NO_RUBBISH.search(line)
)


def written(head: list[str], events: list[str], rubbish: dict[int, bytes]) -> bytes:
    """Between any two parts of a good calendar, and after it."""
    parts = ["BEGIN:VCALENDAR", *head, ZONE, *events, "END:VCALENDAR"]
    return b"".join(
        part.encode() + b"\r\n" + (rubbish[place] + b"\r\n" if place in rubbish else b"")
        for place, part in enumerate(parts)
    )


def reading(file: bytes) -> Reading:
    return read(file, asked_in("Europe/Berlin"))


@given(
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(GOOD), min_size=1, unique=True),
    st.dictionaries(
        st.integers(0, len(GOOD) + 4),
        st.sampled_from([each.encode() for each in RUBBISH]) | WORDS,
        min_size=1,
        max_size=4,
    ),
)
@example(HEADS[1], GOOD, {0: b"BEGIN:VTIMEZONE", 1: b"BEGIN:VTODO", 2: b"END:VEVENT"})
@settings(max_examples=400)
def test_a_calendar_with_any_rubbish_beside_its_events_reads_as_the_calendar_alone(
    head: list[str], events: list[str], rubbish: dict[int, bytes]
) -> None:
    alone = reading(written(head, events, {}))
    assert alone.busy
    assert alone.passed_over == ()
    assert reading(written(head, events, rubbish)) == alone


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("head", HEADS)
def test_each_kind_of_rubbish_costs_nothing(head: list[str], rubbish: str) -> None:
    alone = reading(written(head, GOOD, {}))
    everywhere = dict.fromkeys(range(len(GOOD) + 4), rubbish.encode())
    assert reading(written(head, GOOD, everywhere)) == alone


def test_what_follows_the_last_end_is_ignored() -> None:
    good = a_file(from_to(at("10:00"), at("11:00")))
    for more in (from_to(at("15:00"), at("16:00"), uid="2"), "X-WR-TIMEZONE:Asia/Tokyo", "\x1a"):
        assert reading(good + more.encode()) == reading(good)


@pytest.mark.parametrize("letter", ["ü", "€", "\U0001f600"])
def test_a_line_may_be_folded_within_a_letter(letter: str) -> None:
    name = f'TZID="{letter}"'.encode()
    lines = [f"SUMMARY:{letter}", f'DTSTART;TZID="{letter}":20260302T100000', "DURATION:PT1H"]
    zone = ZONE.replace("Praxis", letter)
    whole = a_file(zone, an_event(*lines))
    at_byte = whole.index(name) + len('TZID="') + 1
    folded = whole[:at_byte] + b"\r\n " + whole[at_byte:]
    assert reading(folded) == reading(whole)
    assert reading(whole).busy[0].starts_at == at("08:00")


def test_what_is_no_utf8_is_read_as_far_as_it_goes() -> None:
    latin = a_file("X-WR-CALNAME:Prüfung", from_to(at("10:00"), at("11:00"), "SUMMARY:für"))
    assert reading(latin.decode().encode("latin-1")) == reading(latin)


def test_a_nested_part_that_never_ends_leaves_what_stood_before_it() -> None:
    event = an_event("DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", "BEGIN:VALARM")
    assert busy(event, from_to(at("12:00"), at("13:00"), uid="2")) == [
        ("03-02 10:00", "03-02 11:00"),
        ("03-02 12:00", "03-02 13:00"),
    ]


def test_times_of_nested_parts_are_not_the_events() -> None:
    alarm = "BEGIN:VALARM\r\nDTSTART:20260302T080000Z\r\nDURATION:PT9H\r\nEND:VALARM"
    assert busy(from_to(at("10:00"), at("11:00"), alarm)) == [("03-02 10:00", "03-02 11:00")]


def test_an_event_that_never_ends_ends_where_the_next_begins() -> None:
    first = from_to(at("10:00"), at("11:00")).removesuffix("END:VEVENT")
    assert len(busy(first + from_to(at("12:00"), at("13:00"), uid="2"))) == 2
