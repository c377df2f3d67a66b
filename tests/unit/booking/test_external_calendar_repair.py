"""Events that are legible, though not by the letter: what they block, and what is said of them."""

from __future__ import annotations

import pytest

from tests.booking.builders import at
from tests.booking.calendar_readings import busy, busy_in, busy_in_part, in_short, read_in, starts
from tests.booking.external_site import an_event, from_to

TEN = "DTSTART:20260304T100000Z"
TO_ELEVEN = "DTEND:20260304T110000Z"
AN_HOUR = [("03-04 10:00", "03-04 11:00")]
THREE = "RRULE:FREQ=DAILY;COUNT=3"
EACH_OF_THREE = ["03-04 10:00", "03-05 10:00", "03-06 10:00"]
THE_DAY = [("03-03 23:00", "03-04 23:00")]


def change(*lines: str) -> str:
    """Of the second of three dates."""
    return an_event("RECURRENCE-ID:20260305T100000Z", *lines)


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:20260304"],
        ["DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:"],
        ["DTSTART;VALUE=DATE:20260304", "DTEND:"],
        ["DTSTART;VALUE=DATE:20260304", "DURATION:PT0S"],
        ["DTSTART;VALUE=DATE:20260304", "DURATION:PT8H"],
        ["DTSTART:20260304", "DURATION:P1D"],
        ["DTSTART;VALUE=DATE:2026-03-04"],
        ["DTSTART;VALUE=DATE:20260304T000000"],
        ["DTSTART;VALUE=DATE:20260304", "DTEND:20260305T000000"],
        [
            "DTSTART;TZID=Europe/Berlin:20260304T000000",
            "DTEND;TZID=Europe/Berlin:20260304T000000",
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        ],
        ["DTSTART:20260304T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"],
    ],
)
def test_a_whole_day_lasts_a_day_at_least(lines: list[str]) -> None:
    assert busy(an_event(*lines)) == THE_DAY


def test_a_whole_day_that_recurs_lasts_a_day_each_time() -> None:
    weekly = an_event(
        "DTSTART;VALUE=DATE:20260304",
        "DTEND;VALUE=DATE:20260304",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    )
    assert busy(weekly) == [*THE_DAY, ("03-10 23:00", "03-11 23:00")]


def test_a_time_that_lasts_no_time_blocks_none() -> None:
    assert busy(an_event(TEN, "DTEND:20260304T100000Z"), an_event(TEN, uid="2")) == []


@pytest.mark.parametrize("until", ["20260318", "20260318T120000Z", "20260318T120000", "2026-03-18"])
def test_until_is_a_day_or_a_time_in_the_zone_of_its_series(until: str) -> None:
    weekly = from_to(at("12:00", 2), at("13:00", 2), f"RRULE:FREQ=WEEKLY;UNTIL={until};BYDAY=WE")
    assert starts(busy(weekly)) == ["03-04 12:00", "03-11 12:00", "03-18 12:00"]


@pytest.mark.parametrize("until", ["20260306", "20260306T200000", "20260307T010000Z"])
def test_until_counts_west_of_utc_as_well(until: str) -> None:
    evenings = an_event(
        "DTSTART;TZID=America/New_York:20260304T200000",
        "DTEND;TZID=America/New_York:20260304T210000",
        f"RRULE:FREQ=DAILY;UNTIL={until}",
    )
    assert starts(busy_in("America/New_York", evenings)) == [
        "03-05 01:00",
        "03-06 01:00",
        "03-07 01:00",
    ]


@pytest.mark.parametrize("until", ["20260305", "20260305T000000Z", "20260305T100000"])
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_until_of_whole_days_is_one_of_them(until: str, zone: str) -> None:
    days = an_event("DTSTART;VALUE=DATE:20260304", f"RRULE:FREQ=DAILY;UNTIL={until}")
    [(first, last)] = busy_in(zone, days)
    assert (first[:5], last[:5]) in [("03-04", "03-06"), ("03-03", "03-05")]


def test_a_series_without_a_zone_ends_with_the_last_date_that_is_meant() -> None:
    late = ["DTSTART:20260304T233000", "DURATION:PT30M"]
    rule = "RRULE:FREQ=DAILY;UNTIL=20260305T223000Z"
    assert starts(busy(an_event(*late, rule))) == ["03-04 22:30", "03-05 22:30"]


@pytest.mark.parametrize(
    "lines",
    [
        [TEN, TO_ELEVEN, "EXDATE:"],
        [TEN, TO_ELEVEN, "EXDATE;VALUE=DATE:,"],
        [TEN, TO_ELEVEN, "RDATE:"],
        [TEN, "DTEND:", "DURATION:PT1H"],
        ["DTSTART:20260304T1000Z", "DTEND:20260304T1100Z"],
        ["DTSTART:2026-03-04T10:00:00Z", "DTEND:2026-03-04T11:00:00Z"],
        ["DTSTART:2026-03-04T10:00:00.000Z", "DTEND:2026-03-04T11:00:00.000Z"],
        ["DTSTART:2026-03-04T11:00:00+01:00", "DTEND:20260304T060000-0500"],
        ["DTSTART:20260304t100000z", "DTEND:20260304 110000Z"],
        [TEN, "DURATION:P1H"],
        [TEN, "DURATION:pt60m"],
        [TEN, TEN, TO_ELEVEN, TO_ELEVEN],
        [TEN, TO_ELEVEN, "BYDAY:"],
    ],
)
def test_what_has_one_sensible_meaning_is_put_right(lines: list[str]) -> None:
    assert starts(busy(an_event(*lines, THREE))) == EACH_OF_THREE
    assert busy(an_event(*lines)) == AN_HOUR


def test_midnight_may_end_a_day_as_twenty_four() -> None:
    assert busy(an_event("DTSTART:20260304T220000Z", "DTEND:20260304T240000Z")) == [
        ("03-04 22:00", "03-05 00:00")
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=3;BYDAY=",
        "FREQ=DAILY;COUNT=3;;",
        "FREQ=DAILY;COUNT=3;X-OF-OURS=1",
        "freq=daily; count=3",
        "RSCALE=GREGORIAN;FREQ=DAILY;COUNT=3;SKIP=OMIT",
    ],
)
def test_of_a_rule_what_says_nothing_is_left_out(rule: str) -> None:
    assert starts(busy(an_event(TEN, TO_ELEVEN, f"RRULE:{rule}"))) == EACH_OF_THREE


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("FREQ=DAILY;COUNT=3;BYDAY=NODAY", "BYDAY"),
        ("FREQ=DAILY;COUNT=3;BYMONTH=13", "BYMONTH"),
        ("FREQ=DAILY;COUNT=3;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=3;BYDAY=WE,TH,FR,XX", "BYDAY"),
        ("FREQ=DAILY;COUNT=3;ODD=1", "ODD"),
    ],
)
def test_of_a_rule_what_can_not_be_read_is_left_out_and_told(rule: str, named: str) -> None:
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, f"RRULE:{rule}"))
    assert starts(times) == EACH_OF_THREE
    assert f"RRULE: {named}" in told


def test_a_rule_that_does_not_say_how_often_leaves_the_first_date() -> None:
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, "RRULE:FREQ=NOW;COUNT=3"))
    assert times == AN_HOUR
    assert "RRULE: FREQ" in told


def test_a_rule_of_which_the_end_can_not_be_read_goes_on() -> None:
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, "RRULE:FREQ=WEEKLY;COUNT=some"))
    assert len(times) > 20
    assert "RRULE: COUNT" in told


@pytest.mark.parametrize(
    ("line", "named"), [("EXDATE:2026,20260305T100000Z", "EXDATE"), ("RDATE:soon", "RDATE")]
)
def test_a_date_that_can_not_be_read_leaves_the_others(line: str, named: str) -> None:
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, THREE, line))
    others = EACH_OF_THREE[::2] if named == "EXDATE" else EACH_OF_THREE
    assert starts(times) == others
    assert named in told


@pytest.mark.parametrize(
    "end", ["DTEND:later", "DTEND:", "DTEND:20260304T090000Z", "DURATION:-PT1H", "DURATION:P"]
)
def test_without_an_end_that_can_be_read_an_event_blocks_an_hour(end: str) -> None:
    times, [told] = busy_in_part(an_event(TEN, end))
    assert times == AN_HOUR
    assert "It blocks an hour." in told


def test_without_a_last_day_that_can_be_read_an_event_blocks_its_first() -> None:
    times, [told] = busy_in_part(an_event("DTSTART;VALUE=DATE:20260304", "DTEND:later"))
    assert times == THE_DAY
    assert "It blocks its first day." in told


@pytest.mark.parametrize("given", ["60", "3600"])
def test_a_duration_without_a_unit_is_guessed_and_told(given: str) -> None:
    times, [told] = busy_in_part(an_event(TEN, f"DURATION:{given}"))
    assert times == AN_HOUR
    assert "names no unit" in told


def test_of_several_starts_and_ends_the_first_and_the_last_count() -> None:
    times, [told] = busy_in_part(
        an_event(TEN, "DTSTART:20260304T090000Z", TO_ELEVEN, "DTEND:20260304T103000Z")
    )
    assert times == [("03-04 09:00", "03-04 11:00")]
    assert "several starts or ends" in told


# What changes single dates of a series


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "STATUS:CANCELED", "TRANSP:TRANSPARENT"])
def test_a_cancelled_date_needs_no_start(line: str) -> None:
    daily = an_event(TEN, TO_ELEVEN, THREE)
    assert starts(busy(daily, change(line))) == EACH_OF_THREE[::2]


@pytest.mark.parametrize("lines", [["DTSTART:soon"], ["DTEND:20260305T130000Z"], []])
def test_a_change_that_can_not_be_read_costs_nothing_but_itself(lines: list[str]) -> None:
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, THREE), change(*lines))
    assert starts(times) == EACH_OF_THREE
    assert "stays blocked" in told


def test_a_change_of_an_unknown_date_blocks_both() -> None:
    moved = an_event("RECURRENCE-ID:soon", "DTSTART:20260305T150000Z", "DTEND:20260305T160000Z")
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, THREE), moved)
    assert starts(times) == [*EACH_OF_THREE[:2], "03-05 15:00", EACH_OF_THREE[2]]
    assert "RECURRENCE-ID" in told


def test_an_unknown_date_that_is_cancelled_stays_blocked() -> None:
    gone = an_event("RECURRENCE-ID:", "RECURRENCE-ID:soon", "STATUS:CANCELLED", TEN, TO_ELEVEN)
    times, [told] = busy_in_part(an_event(TEN, TO_ELEVEN, THREE), gone)
    assert starts(times) == EACH_OF_THREE
    assert "RECURRENCE-ID" in told


@pytest.mark.parametrize(
    "which", ["RECURRENCE-ID;VALUE=DATE:20260305", "RECURRENCE-ID:20260305T110000"]
)
def test_which_date_is_changed_may_be_said_by_its_day_or_without_a_zone(which: str) -> None:
    daily = an_event(
        "DTSTART;TZID=Europe/Berlin:20260304T110000", "DTEND;TZID=Europe/Berlin:20260304T120000"
    ).replace("END:VEVENT", f"{THREE}\r\nEND:VEVENT")
    moved = an_event(which, "DTSTART:20260305T150000Z", "DTEND:20260305T160000Z")
    assert starts(busy(daily, moved)) == ["03-04 10:00", "03-05 15:00", "03-06 10:00"]


@pytest.mark.parametrize(
    "exception",
    [
        "EXDATE:20260305T110000",
        "EXDATE;VALUE=DATE:20260305",
        "EXDATE:20260305",
        "EXDATE:20260305T100000Z",
        "EXDATE;TZID=Asia/Tokyo:20260305T190000",
    ],
)
def test_an_exception_may_be_written_in_any_zone_in_none_or_as_a_day(exception: str) -> None:
    daily = an_event(
        "DTSTART;TZID=Europe/Berlin:20260304T110000",
        "DTEND;TZID=Europe/Berlin:20260304T120000",
        THREE,
        exception,
    )
    assert starts(busy(daily)) == EACH_OF_THREE[::2]


def test_a_series_and_what_changes_it_may_stand_in_two_calendars_of_a_file() -> None:
    daily = an_event(TEN, TO_ELEVEN, THREE)
    two = f"{daily}\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\n{change('STATUS:CANCELLED')}"
    assert starts(busy(two)) == EACH_OF_THREE[::2]


# Hours by the clock, days by the calendar


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [("28", "03-28 21:00", "03-29 05:00"), ("27", "03-27 21:00", "03-28 05:00")],
)
def test_eight_hours_are_eight_though_the_clocks_change(day: str, begins: str, ends: str) -> None:
    shift = an_event(f"DTSTART;TZID=Europe/Berlin:202603{day}T220000", "DURATION:PT8H")
    assert busy(shift) == [(begins, ends)]


def test_each_night_shift_of_a_series_is_eight_hours() -> None:
    shifts = an_event(
        "DTSTART;TZID=Europe/Berlin:20260327T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=3"
    )
    assert [ends for _, ends in busy(shifts)] == ["03-28 05:00", "03-29 05:00", "03-30 04:00"]


def test_a_day_by_duration_ends_at_the_same_time_though_the_clocks_change() -> None:
    lasting = an_event("DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:P1D")
    assert busy(lasting) == [("03-28 21:00", "03-29 20:00")]


def test_a_further_date_may_have_a_duration_of_its_own() -> None:
    shifts = an_event(
        "DTSTART;TZID=Europe/Berlin:20260304T110000",
        "DURATION:PT1H",
        "RDATE;TZID=Europe/Berlin;VALUE=PERIOD:20260328T220000/PT8H,20260306T110000/20260306T130000",
    )
    assert busy(shifts) == [
        ("03-04 10:00", "03-04 11:00"),
        ("03-06 10:00", "03-06 12:00"),
        ("03-28 21:00", "03-29 05:00"),
    ]


def test_each_event_is_told_of_once_by_its_line() -> None:
    odd = an_event("DTSTART;TZID=Nowhere:20260304T100000", "DTEND:later", "EXDATE:never")
    reading = read_in("Europe/Berlin", from_to(at("10:00"), at("11:00"), uid="good"), odd)
    [told] = reading.passed_over
    assert (told.component, told.line) == ("VEVENT", 10)
    assert [word in told.problem for word in ("Nowhere", "hour", "EXDATE")] == [True] * 3
    assert in_short(reading)[1] == ("03-04 09:00", "03-04 10:00")
