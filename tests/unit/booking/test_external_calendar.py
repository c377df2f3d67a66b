"""When an external calendar is read, and what its owner hears of it: once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.booking.external_calendars import (
    MOST_CALENDARS,
    MOST_EXAMPLES,
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
    ExternalCalendarState,
    PassedOver,
    ReadJustNow,
    TooManyCalendars,
)
from services.booking.availability.calendars import Calendar
from services.booking.external_calendars.external_calendars import (
    LONGEST_VALIDATOR,
    PATIENCE,
    READ_AT_REQUEST_EVERY,
    READ_EVERY,
    READ_FAILING_EVERY,
    READ_WHOLE_EVERY,
    ExternalCalendar,
    ReadingEvent,
    UnreadableEntries,
    Validators,
)
from services.booking.external_calendars.reading_limits import ReadingRequests
from tests.booking.builders import MONDAY, a_calendar

URL = "https://calendar.example/me.ics"
UNMARKED = Validators(URL, "", "")
MARKED = Validators(URL, '"1"', "")
NOTHING_PASSED_OVER = UnreadableEntries(0, [])
LATER = MONDAY + timedelta(hours=1)
OWN = a_calendar()
"""The calendar here; it numbers what is told of its specialist."""


def an_external_calendar(label: str | None = None, others: int = 0) -> ExternalCalendar:
    return ExternalCalendar.add(new_id(), "sealed", "calendar.example", label, others, MONDAY)


def fail(calendar: ExternalCalendar) -> list[ReadingEvent]:
    return calendar.failed("bad_calendar_file", "It is garbage.", False, OWN, MONDAY, 1)


def be_away(calendar: ExternalCalendar) -> list[ReadingEvent]:
    return calendar.failed("not_fetched", "It does not answer.", True, OWN, MONDAY, 1)


def be_read(
    calendar: ExternalCalendar, marks: Validators = UNMARKED, passed_over: int = 0
) -> list[ReadingEvent]:
    examples = [PassedOver(component="VEVENT", line=n, problem="?") for n in range(passed_over)]
    return calendar.was_read(marks, UnreadableEntries(passed_over, examples), OWN, MONDAY, 1)


def state_of(calendar: ExternalCalendar) -> ExternalCalendarState:
    return calendar.to_resource(0, OWN).state


def test_a_calendar_that_was_just_given_waits_to_be_read_at_once() -> None:
    calendar = an_external_calendar()
    assert state_of(calendar) == ExternalCalendarState.WAITING
    assert calendar.due_at == MONDAY
    assert calendar.conditions(URL, MONDAY) == {}


@pytest.mark.parametrize(
    ("here", "problem", "says"),
    [
        (None, "not_listed", "once your profile is listed"),
        (a_calendar(listed=False), "not_listed", "once your profile is listed"),
        (a_calendar(offers=False), "no_free_consultations", "once you offer free first"),
        (a_calendar(), None, "within a minute"),
    ],
)
def test_what_it_waits_for_is_said(here: Calendar | None, problem: str | None, says: str) -> None:
    waiting = an_external_calendar().to_resource(0, here)
    assert waiting.problem == problem
    assert waiting.detail is not None
    assert says in waiting.detail


def test_why_it_fails_stands_before_what_it_would_wait_for() -> None:
    calendar = an_external_calendar()
    fail(calendar)
    resource = calendar.to_resource(0, a_calendar(listed=False))
    assert (resource.problem, resource.detail) == ("bad_calendar_file", "It is garbage.")


def test_there_are_five_and_no_more() -> None:
    assert an_external_calendar(others=MOST_CALENDARS - 1)
    with pytest.raises(TooManyCalendars):
        an_external_calendar(others=MOST_CALENDARS)


def test_anothers_is_not_found() -> None:
    calendar = an_external_calendar()
    calendar.require_of(calendar.specialist_id)
    with pytest.raises(NotFound):
        calendar.require_of(new_id())


def test_one_that_was_read_is_asked_for_again_only_if_it_changed() -> None:
    calendar = an_external_calendar()
    marks = Validators(URL, '"1"', "Mon, 02 Mar 2026 08:00:00 GMT")
    assert calendar.was_read(marks, NOTHING_PASSED_OVER, OWN, MONDAY, 1.1) == []
    assert calendar.due_at == MONDAY + READ_EVERY * 1.1
    assert state_of(calendar) == ExternalCalendarState.WORKING
    assert calendar.conditions(URL, LATER) == {
        "If-None-Match": '"1"',
        "If-Modified-Since": "Mon, 02 Mar 2026 08:00:00 GMT",
    }


def test_a_mark_means_something_to_the_url_alone_that_gave_it() -> None:
    calendar = an_external_calendar()
    be_read(calendar, MARKED)
    assert calendar.conditions("https://other.example/me.ics", LATER) == {}


@pytest.mark.parametrize("mark", ['"Grüße"', '"\x01"', f'"{"x" * LONGEST_VALIDATOR}"'])
def test_a_mark_that_can_not_be_sent_back_is_not_kept(mark: str) -> None:
    calendar = an_external_calendar()
    be_read(calendar, Validators(URL, mark, mark))
    assert calendar.conditions(URL, LATER) == {}


def test_twice_a_day_all_of_it_is_read_though_it_stayed_the_same() -> None:
    calendar = an_external_calendar()
    be_read(calendar, MARKED)
    calendar.was_the_same(OWN, LATER, 1)
    assert calendar.conditions(URL, LATER) == {"If-None-Match": '"1"'}
    assert calendar.conditions(URL, MONDAY + READ_WHOLE_EVERY) == {}


def test_one_that_is_meant_otherwise_is_read_whole_at_once() -> None:
    calendar = an_external_calendar()
    be_read(calendar, MARKED)
    calendar.read_anew(LATER)
    assert calendar.due_at == LATER
    assert calendar.conditions(URL, LATER) == {}


def test_what_can_not_be_read_is_told_at_once_and_once() -> None:
    calendar = an_external_calendar(label="Practice")
    [told] = fail(calendar)
    assert isinstance(told, ExternalCalendarFailed)
    assert (told.specialist_id, told.calendar_id) == (calendar.specialist_id, calendar.id)
    assert (told.name, told.problem) == ("Practice", "bad_calendar_file")
    assert calendar.due_at == MONDAY + READ_FAILING_EVERY
    assert fail(calendar) == []
    assert state_of(calendar) == ExternalCalendarState.FAILING


def test_one_without_a_label_is_told_of_by_its_host() -> None:
    [told] = fail(an_external_calendar())
    assert told.name == "calendar.example"


def test_an_address_that_does_not_answer_is_told_when_that_lasts() -> None:
    calendar = an_external_calendar()
    assert [be_away(calendar) for _ in range(PATIENCE - 1)] == [[]] * (PATIENCE - 1)
    assert calendar.due_at == MONDAY + READ_EVERY
    assert len(be_away(calendar)) == 1
    assert be_away(calendar) == []


def test_one_that_answers_now_and_then_is_never_called_failing() -> None:
    calendar = an_external_calendar()
    for _ in range(3):
        assert [be_away(calendar) for _ in range(PATIENCE - 1)] == [[]] * (PATIENCE - 1)
        assert be_read(calendar) == []


@pytest.mark.parametrize("again", ["whole", "the same"])
def test_that_it_works_again_is_told_to_who_knew_that_it_did_not(again: str) -> None:
    calendar = an_external_calendar()
    [told] = fail(calendar)
    [recovered] = be_read(calendar) if again == "whole" else calendar.was_the_same(OWN, LATER, 1)
    assert isinstance(recovered, ExternalCalendarRecovered)
    assert recovered.version > told.version
    assert calendar.was_the_same(OWN, LATER, 1) == []
    assert len(fail(calendar)) == 1


def test_after_a_failure_all_of_it_is_asked_for() -> None:
    calendar = an_external_calendar()
    be_read(calendar, MARKED)
    be_away(calendar)
    assert calendar.conditions(URL, LATER) == {}


def test_what_is_passed_over_is_counted_and_told_when_it_goes_from_none_to_some() -> None:
    calendar = an_external_calendar()
    assert be_read(calendar) == []
    [told] = be_read(calendar, passed_over=MOST_EXAMPLES + 2)
    assert isinstance(told, ExternalCalendarReadInPart)
    assert told.passed_over == MOST_EXAMPLES + 2
    shown = calendar.to_resource(0, OWN)
    assert (shown.state, shown.passed_over) == ("working", MOST_EXAMPLES + 2)
    assert [each.line for each in shown.passed_over_examples] == list(range(MOST_EXAMPLES))
    assert be_read(calendar, passed_over=1) == []
    assert be_read(calendar) == []
    assert len(be_read(calendar, passed_over=1)) == 1


def test_one_that_recovers_in_part_tells_both() -> None:
    calendar = an_external_calendar()
    fail(calendar)
    assert [type(each) for each in be_read(calendar, passed_over=1)] == [
        ExternalCalendarRecovered,
        ExternalCalendarReadInPart,
    ]


def test_another_address_is_another_beginning() -> None:
    calendar = an_external_calendar()
    be_read(calendar, MARKED, passed_over=1)
    fail(calendar)
    calendar.set_address("another", "another.example", LATER)
    assert state_of(calendar) == ExternalCalendarState.WAITING
    assert calendar.to_resource(0, OWN).passed_over == 0
    assert calendar.conditions(URL, LATER) == {}
    assert be_read(calendar) == []


def test_it_is_read_at_request_once_a_minute() -> None:
    calendar = an_external_calendar()
    calendar.request_reading(MONDAY)
    with pytest.raises(ReadJustNow) as refusal:
        calendar.request_reading(MONDAY + timedelta(seconds=20))
    assert refusal.value.retry_after_s == 40
    calendar.request_reading(MONDAY + READ_AT_REQUEST_EVERY)


def test_a_specialist_has_five_read_a_minute_whichever_they_are() -> None:
    requests = ReadingRequests(specialist_id=new_id(), number=0)
    for _ in range(MOST_CALENDARS):
        requests.count(MONDAY)
    with pytest.raises(ReadJustNow) as refusal:
        requests.count(MONDAY + timedelta(seconds=20))
    assert refusal.value.retry_after_s == 40
    requests.count(MONDAY + READ_AT_REQUEST_EVERY)
