"""When a calendar elsewhere is read, and what its owner hears of it: once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.ids import new_id
from contracts.booking.outside import (
    OutsideCalendarBroken,
    OutsideCalendarState,
    OutsideCalendarWorks,
)
from services.booking.outside.outside_calendars import (
    LONGEST_MARK,
    PATIENCE,
    READ_BROKEN_EVERY,
    READ_EVERY,
    READ_WHOLE_EVERY,
    OutsideCalendar,
)
from tests.booking.builders import MONDAY, a_calendar

LATER = MONDAY + timedelta(hours=1)
OWN = a_calendar()
"""The calendar here; it numbers what is told of its specialist."""


def a_calendar_elsewhere() -> OutsideCalendar:
    calendar = OutsideCalendar(specialist_id=new_id(), told=False)
    calendar.point_at("sealed", "calendar.example", MONDAY)
    return calendar


def broken(calendar: OutsideCalendar) -> OutsideCalendarBroken | None:
    return calendar.failed("bad_calendar_file", "is garbage", False, OWN, MONDAY, 1)


def away(calendar: OutsideCalendar) -> OutsideCalendarBroken | None:
    return calendar.failed("not_fetched", "does not answer", True, OWN, MONDAY, 1)


def test_a_calendar_that_was_just_given_waits_to_be_read_at_once() -> None:
    calendar = a_calendar_elsewhere()
    assert calendar.to_resource(0).state == OutsideCalendarState.WAITING
    assert calendar.due_at == MONDAY
    assert calendar.conditions(MONDAY) == {}


def test_one_that_was_read_is_asked_for_again_only_if_it_changed() -> None:
    calendar = a_calendar_elsewhere()
    assert calendar.was_read('"1"', "Mon, 02 Mar 2026 08:00:00 GMT", OWN, MONDAY, 1.1) is None
    assert calendar.due_at == MONDAY + READ_EVERY * 1.1
    assert calendar.to_resource(3).state == OutsideCalendarState.WORKING
    assert calendar.conditions(LATER) == {
        "If-None-Match": '"1"',
        "If-Modified-Since": "Mon, 02 Mar 2026 08:00:00 GMT",
    }


@pytest.mark.parametrize("mark", ['"Grüße"', '"\x01"', f'"{"x" * LONGEST_MARK}"'])
def test_a_mark_that_can_not_be_sent_back_is_not_kept(mark: str) -> None:
    calendar = a_calendar_elsewhere()
    calendar.was_read(mark, mark, OWN, MONDAY, 1)
    assert calendar.conditions(LATER) == {}


def test_twice_a_day_all_of_it_is_read_though_it_stayed_the_same() -> None:
    calendar = a_calendar_elsewhere()
    calendar.was_read('"1"', "", OWN, MONDAY, 1)
    calendar.was_the_same(OWN, LATER, 1)
    assert calendar.conditions(LATER) == {"If-None-Match": '"1"'}
    assert calendar.conditions(MONDAY + READ_WHOLE_EVERY) == {}


def test_one_that_is_meant_otherwise_is_read_whole_at_once() -> None:
    calendar = a_calendar_elsewhere()
    calendar.was_read('"1"', "", OWN, MONDAY, 1)
    calendar.read_anew(LATER)
    assert calendar.due_at == LATER
    assert calendar.conditions(LATER) == {}


def test_what_can_not_be_read_is_told_at_once_and_once() -> None:
    calendar = a_calendar_elsewhere()
    told = broken(calendar)
    assert told is not None
    assert (told.specialist_id, told.problem) == (calendar.specialist_id, "bad_calendar_file")
    assert calendar.due_at == MONDAY + READ_BROKEN_EVERY
    assert broken(calendar) is None
    assert calendar.to_resource(0).state == OutsideCalendarState.BROKEN


def test_an_address_that_does_not_answer_is_told_when_that_lasts() -> None:
    calendar = a_calendar_elsewhere()
    assert [away(calendar) for _ in range(PATIENCE - 1)] == [None] * (PATIENCE - 1)
    assert calendar.due_at == MONDAY + READ_EVERY
    assert away(calendar) is not None
    assert away(calendar) is None


def test_one_that_answers_now_and_then_is_never_called_broken() -> None:
    calendar = a_calendar_elsewhere()
    for _ in range(3):
        assert [away(calendar) for _ in range(PATIENCE - 1)] == [None] * (PATIENCE - 1)
        assert calendar.was_read("", "", OWN, MONDAY, 1) is None


@pytest.mark.parametrize("again", ["whole", "the same"])
def test_that_it_works_again_is_told_to_who_knew_that_it_did_not(again: str) -> None:
    calendar = a_calendar_elsewhere()
    told = broken(calendar)
    works = (
        calendar.was_read("", "", OWN, LATER, 1)
        if again == "whole"
        else calendar.was_the_same(OWN, LATER, 1)
    )
    assert told is not None
    assert isinstance(works, OutsideCalendarWorks)
    assert works.version > told.version
    assert calendar.was_the_same(OWN, LATER, 1) is None
    assert broken(calendar) is not None


def test_after_a_failure_all_of_it_is_asked_for() -> None:
    calendar = a_calendar_elsewhere()
    calendar.was_read('"1"', "", OWN, MONDAY, 1)
    away(calendar)
    assert calendar.conditions(LATER) == {}


def test_another_address_is_another_beginning() -> None:
    calendar = a_calendar_elsewhere()
    broken(calendar)
    calendar.point_at("another", "another.example", LATER)
    assert calendar.to_resource(0).state == OutsideCalendarState.WAITING
    assert calendar.was_read("", "", OWN, LATER, 1) is None
