"""What stands against a slot: what is booked, and what a specialist has elsewhere."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.booking.consultations import SlotNotOffered, SlotTaken, SpecialistBusy
from services.booking.availability.busy import Busy, Interval, merged
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import SLOT
from tests.booking.builders import HALF_AN_HOUR, MONDAY, a_calendar, at, busy_at

MINUTES = st.integers(0, 7 * 24 * 60)
INTERVALS = st.builds(
    lambda starts, takes: Interval(
        MONDAY + timedelta(minutes=starts), MONDAY + timedelta(minutes=starts + takes)
    ),
    MINUTES,
    st.integers(-30, 2000),
)


def starts(calendar: Calendar, busy: Busy) -> list[datetime]:
    return list(calendar.free_times(busy, MONDAY).starts)


def on_monday(busy: Busy, **settings: Any) -> list[str]:
    free = starts(a_calendar(**settings), busy)
    return [f"{each:%H:%M}" for each in free if each < at("23:00")]


def elsewhere_at(starts: str, ends: str) -> Busy:
    return busy_at(elsewhere=[Interval(at(starts), at(ends))])


def test_what_is_elsewhere_blocks_the_slots_that_it_touches_and_no_other() -> None:
    free = on_monday(elsewhere_at("10:10", "11:00"))
    assert free[:4] == ["09:00", "09:30", "11:00", "11:30"]


def test_the_time_that_is_kept_free_around_a_slot_is_kept_free_of_what_is_elsewhere_too() -> None:
    free = on_monday(elsewhere_at("10:00", "10:30"), buffer_before_minutes=30)
    assert free[:3] == ["09:00", "09:30", "11:00"]
    free = on_monday(elsewhere_at("10:00", "10:30"), buffer_after_minutes=15)
    assert free[:3] == ["09:00", "10:30", "11:00"]


def test_a_time_that_is_busy_elsewhere_is_refused_with_a_code_of_its_own() -> None:
    calendar, busy = a_calendar(), elsewhere_at("10:10", "11:00")
    for refused in ("10:00", "10:30"):
        with pytest.raises(SpecialistBusy):
            calendar.require_bookable(at(refused), busy, MONDAY)
    calendar.require_bookable(at("09:30"), busy, MONDAY)
    calendar.require_bookable(at("11:00"), busy, MONDAY)


def test_outside_of_hours_nobody_learns_whether_a_specialist_is_busy() -> None:
    with pytest.raises(SlotNotOffered):
        a_calendar().require_bookable(at("20:00"), elsewhere_at("19:00", "21:00"), MONDAY)


def test_what_is_booked_stays_booked_though_it_is_busy_elsewhere() -> None:
    busy = busy_at(at("10:00"), elsewhere=[Interval(at("10:00"), at("10:30"))])
    with pytest.raises(SlotTaken):
        a_calendar().require_bookable(at("10:00"), busy, MONDAY)
    assert on_monday(busy)[:3] == ["09:00", "09:30", "10:30"]


def test_what_is_elsewhere_does_not_count_in_what_a_specialist_takes_on() -> None:
    assert on_monday(elsewhere_at("09:00", "10:00"), most_per_day=1)


def test_the_next_slot_is_one_that_is_free_elsewhere_too() -> None:
    calendar = a_calendar()
    calendar.review(elsewhere_at("08:00", "12:15"), MONDAY)
    assert calendar.next_slot_at == at("12:30")


def test_more_that_is_booked_leaves_what_is_elsewhere_as_it_was() -> None:
    busy = elsewhere_at("10:00", "11:00")
    booked = busy.with_booked(at("09:00"))
    assert booked.starts == {at("09:00")}
    assert booked.elsewhere == busy.elsewhere
    assert booked.without_booked(at("09:00")) == busy
    held = booked.with_held(at("09:30"))
    assert held.starts == {at("09:00"), at("09:30")}
    assert held.without_holds() == booked


@given(st.lists(INTERVALS, max_size=30))
def test_merged_intervals_cover_the_same_time_without_meeting(given: list[Interval]) -> None:
    found = merged(given)
    assert all(one.ends_at < other.starts_at for one, other in itertools.pairwise(found))
    assert all(each.starts_at < each.ends_at for each in found)
    for minute in range(0, 8 * 24 * 60, 7):
        moment = MONDAY + timedelta(minutes=minute)
        assert _covered(moment, found) == _covered(moment, given)


def _covered(moment: datetime, intervals: list[Interval]) -> bool:
    return any(each.starts_at <= moment < each.ends_at for each in intervals)


@given(
    st.lists(INTERVALS, max_size=20),
    st.sets(st.integers(0, 7 * 48).map(lambda n: MONDAY + n * HALF_AN_HOUR), max_size=20),
    st.sampled_from([15, 30, 60]),
    st.integers(0, 45),
    st.integers(0, 45),
)
def test_what_is_elsewhere_never_widens_slots_and_blocks_just_what_it_touches(
    elsewhere: list[Interval], booked: set[datetime], grid: int, before: int, after: int
) -> None:
    calendar = a_calendar(
        horizon_days=9,
        grid_minutes=grid,
        buffer_before_minutes=before,
        buffer_after_minutes=after,
    )
    without = starts(calendar, busy_at(*booked))
    room_before, room_after = timedelta(minutes=before), SLOT + timedelta(minutes=after)
    expected = [
        start
        for start in without
        if not any(
            each.starts_at < start + room_after and start - room_before < each.ends_at
            for each in merged(elsewhere)
        )
    ]
    assert starts(calendar, busy_at(*booked, elsewhere=merged(elsewhere))) == expected
