"""Which availability makes sense, and how one that does not is refused: by name, all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from contracts.booking.availability import BadHours, DateOverride, Hours, Stay, Stretch
from services.booking.availability.sensible import require_sensible
from tests.booking.builders import an_availability, on
from tests.booking.test_availability import sensible_hours


@given(sensible_hours())
@settings(max_examples=30, deadline=None)
def test_sensible_hours_are_accepted(hours: tuple[Hours, ...]) -> None:
    require_sensible(an_availability(list(hours)))


@pytest.mark.parametrize(("starts", "ends"), [("09:00", "09:00"), ("17:00", "09:00")])
def test_hours_that_end_before_they_start_are_refused_by_name(starts: str, ends: str) -> None:
    with pytest.raises(BadHours) as refusal:
        require_sensible(
            an_availability([on("monday", "08:00", "09:00"), on("tuesday", starts, ends)])
        )
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("hours.1.ends", ends)
    assert starts in error.detail


def test_hours_that_overlap_are_refused_by_name() -> None:
    with pytest.raises(BadHours) as refusal:
        require_sensible(
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
    require_sensible(
        an_availability([on("monday", "09:00", "12:00"), on("monday", "12:00", "24:00")])
    )


def test_everything_wrong_with_the_hours_is_said_at_once() -> None:
    with pytest.raises(BadHours) as refusal:
        require_sensible(
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
        require_sensible(replace(an_availability(), **changes))
    return [(each.field, each.value) for each in refusal.value.errors]


def test_a_date_that_stands_twice_is_refused_by_name() -> None:
    twice = [DateOverride(day=date(2026, 3, 2)), DateOverride(day=date(2026, 3, 2))]
    assert refused(overrides=twice) == [("overrides.1.day", "2026-03-02")]


def test_the_hours_of_a_date_are_held_to_the_same_rules() -> None:
    hours = [Stretch(starts="09:00", ends="10:00"), Stretch(starts="09:30", ends="09:30")]
    wrong = [DateOverride(day=date(2026, 3, 2), hours=hours)]
    assert refused(overrides=wrong) == [("overrides.0.hours.1.ends", "09:30")]


def a_stay(first_day: str, last_day: str, time_zone: str = "Asia/Tokyo") -> Stay:
    return Stay(
        first_day=date.fromisoformat(first_day),
        last_day=date.fromisoformat(last_day),
        time_zone=time_zone,
    )


def test_a_stay_may_last_a_day() -> None:
    require_sensible(replace(an_availability(), stays=[a_stay("2026-03-02", "2026-03-02")]))


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
