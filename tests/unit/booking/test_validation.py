"""Which availability makes sense, and how one that does not is refused: by name, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from contracts.booking.availability import BadHours, DateOverride, Hours, Stay, Stretch
from services.booking.availability.opening_hours import WEEKDAYS, minutes_of
from services.booking.availability.validation import require_valid
from tests.booking.builders import an_availability, on
from tests.booking.strategies import sensible_hours


@given(sensible_hours())
@settings(max_examples=50)
def test_hours_are_refused_just_where_they_hold_no_consultation_with_all_that_they_touch(
    hours: tuple[Hours, ...],
) -> None:
    a_week = 7 * 24 * 60
    minutes = {each: set(_minutes_of(each)) for each in hours}
    is_open = set().union(*minutes.values())

    def length(minute: int) -> int:
        back, on_ = (
            next((n for n in range(31) if (minute + way * n) % a_week not in is_open), 31)
            for way in (-1, 1)
        )
        return back + on_ - 1

    short = {f"hours.{i}" for i, each in enumerate(hours) if length(min(minutes[each])) < 30}
    found = set()
    try:
        require_valid(an_availability(list(hours)))
    except BadHours as refusal:
        found = {each.field for each in refusal.errors}
    assert found == short


def _minutes_of(hours: Hours) -> Iterator[int]:
    """Of the week; the first of them is the smallest unless it passes the week's end."""
    opens, closes = minutes_of(hours)
    midnight = WEEKDAYS.index(hours.weekday) * 24 * 60
    return ((midnight + each) % (7 * 24 * 60) for each in range(opens, closes))


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [("09:00", "09:00", "hours.1.ends"), ("24:00", "09:00", "hours.1.starts")],
)
def test_hours_that_last_no_time_or_begin_when_the_day_is_over_are_refused_by_name(
    starts: str, ends: str, field: str
) -> None:
    with pytest.raises(BadHours) as refusal:
        require_valid(
            an_availability([on("monday", "08:00", "09:00"), on("tuesday", starts, ends)])
        )
    [error] = refusal.value.errors
    assert (error.field, error.value) == (field, starts)


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        ([on("monday", "09:00", "09:20")], 20),
        ([on("monday", "23:50", "00:10")], 20),
        ([on("sunday", "23:50", "24:00"), on("monday", "00:00", "00:19")], 29),
    ],
)
def test_hours_that_never_hold_a_consultation_are_refused_by_name(
    hours: list[Hours], minutes: int
) -> None:
    with pytest.raises(BadHours) as refusal:
        require_valid(an_availability(hours))
    assert [each.field for each in refusal.value.errors] == [
        f"hours.{i}" for i in range(len(hours))
    ]
    assert refusal.value.errors[0].detail == (f"Has {minutes} minutes; a consultation takes 30.")


def test_short_hours_that_touch_others_are_accepted() -> None:
    require_valid(
        an_availability(
            [
                on("sunday", "23:50", "24:00"),
                on("monday", "00:00", "00:20"),
                on("monday", "09:00", "09:20"),
                on("monday", "09:20", "09:40"),
            ]
        )
    )


def test_hours_that_pass_midnight_overlap_what_the_next_day_has_then() -> None:
    with pytest.raises(BadHours) as refusal:
        require_valid(
            an_availability([on("monday", "01:00", "03:00"), on("sunday", "22:00", "02:00")])
        )
    [error] = refusal.value.errors
    assert error.field == "hours.1"
    assert error.detail == "Overlaps hours.0 on monday."


def test_hours_that_overlap_are_refused_by_name() -> None:
    with pytest.raises(BadHours) as refusal:
        require_valid(
            an_availability(
                [
                    on("monday", "09:00", "12:00"),
                    on("tuesday", "11:00", "13:00"),
                    on("monday", "11:30", "13:00"),
                ]
            )
        )
    [error] = refusal.value.errors
    assert error.field == "hours.2"
    assert error.detail == "Overlaps hours.0 on monday."


def test_hours_may_touch() -> None:
    require_valid(an_availability([on("monday", "09:00", "12:00"), on("monday", "12:00", "24:00")]))


def test_everything_wrong_with_the_hours_is_said_at_once() -> None:
    with pytest.raises(BadHours) as refusal:
        require_valid(
            an_availability(
                [
                    on("monday", "09:00", "12:00"),
                    on("monday", "10:00", "11:00"),
                    on("friday", "12:00", "12:00"),
                ]
            )
        )
    assert [each.field for each in refusal.value.errors] == ["hours.1", "hours.2.ends"]


# Dates that differ, and stays


def refused(**changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(BadHours) as refusal:
        require_valid(replace(an_availability(), **changes))
    return [(each.field, each.value) for each in refusal.value.errors]


def test_a_date_that_stands_twice_is_refused_by_name() -> None:
    twice = [DateOverride(day=date(2026, 3, 2)), DateOverride(day=date(2026, 3, 2))]
    assert refused(overrides=twice) == [("overrides.1.day", "2026-03-02")]


def test_the_hours_of_a_date_are_held_to_the_same_rules() -> None:
    hours = [Stretch(starts="09:00", ends="10:00"), Stretch(starts="09:30", ends="09:30")]
    wrong = [DateOverride(day=date(2026, 3, 2), hours=hours)]
    assert refused(overrides=wrong) == [("overrides.0.hours.1.ends", "09:30")]


def test_the_hours_of_a_date_hold_a_consultation_with_what_they_touch() -> None:
    nightly = [on("sunday", "23:00", "24:00")]
    short = [Stretch(starts="00:00", ends="00:20"), Stretch(starts="12:00", ends="12:20")]
    late = [Stretch(starts="23:50", ends="00:10")]
    dates = [
        DateOverride(day=date(2026, 3, 2), hours=short),  # a Monday
        DateOverride(day=date(2026, 3, 4), hours=late),
        DateOverride(day=date(2026, 3, 5)),
    ]
    assert refused(hours=nightly, overrides=dates) == [
        ("overrides.0.hours.1", "12:00–12:20"),
        ("overrides.1.hours.0", "23:50–00:10"),
    ]


def a_stay(first_day: str, last_day: str, time_zone: str = "Asia/Tokyo") -> Stay:
    return Stay(
        first_day=date.fromisoformat(first_day),
        last_day=date.fromisoformat(last_day),
        time_zone=time_zone,
    )


def test_a_stay_may_last_a_day() -> None:
    require_valid(replace(an_availability(), stays=[a_stay("2026-03-02", "2026-03-02")]))


@pytest.mark.parametrize("last_day", ["2026-03-01", "2027-03-04"])
def test_a_stay_that_ends_before_it_begins_or_never_is_refused_by_name(last_day: str) -> None:
    stays = [a_stay("2026-03-02", last_day)]
    assert refused(stays=stays) == [("stays.0.last_day", last_day)]


def test_stays_that_overlap_are_refused_by_name() -> None:
    stays = [a_stay("2026-03-02", "2026-03-05"), a_stay("2026-03-05", "2026-03-09")]
    assert refused(stays=stays) == [("stays.1", "2026-03-05")]


def test_a_stay_in_an_unknown_zone_is_refused_by_name() -> None:
    stays = [a_stay("2026-03-02", "2026-03-05", "Asia/Nowhere")]
    assert refused(stays=stays) == [("stays.0.time_zone", "Asia/Nowhere")]
