"""The picker of times: days and gaps in the reader's zone, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.profiles.preferences import Language
from gateway.pages.times import moment
from gateway.pages.visitor import Visitor
from gateway.site.times.picker import (
    DAYS_ON_A_PAGE,
    Picker,
    days_of,
    page_before,
    picker_of,
    start_of,
    zone_options,
)

ZONES = (
    "Europe/Lisbon",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "Pacific/Chatham",
)
"""With half and quarter hours, clocks changed by half an hour, and at midnight."""
HALF_AN_HOUR = timedelta(minutes=30)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
"""The days on which Lisbon's clocks change."""
MONDAY = datetime(2026, 11, 30, 10, tzinfo=UTC)


def href(starts_at: datetime) -> str:
    return starts_at.isoformat()


def from_day(day: date) -> str:
    return f"?from={day}"


def at(text: str, zone: str = "Europe/Lisbon") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(*starts: datetime, zone: str = "Europe/Lisbon") -> Picker:
    return picker_of(starts, zone, MONDAY, href, from_day=from_day)


def every_half_hour(first: datetime, days: int) -> list[datetime]:
    return [first + n * HALF_AN_HOUR for n in range(48 * days)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "year_day", [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 365, 7)]
)
def test_each_time_of_a_year_is_shown_once_under_its_own_date(zone: str, year_day: date) -> None:
    starts = every_half_hour(start_of(year_day, zone), 8)
    days = days_of(starts, zone)
    assert [each for _, times in days for each in times] == starts
    where = ZoneInfo(zone)
    assert all(each.astimezone(where).date() == day for day, times in days for each in times)
    assert [day for day, _ in days] == sorted({day for day, _ in days})


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_with_the_first_time_of_its_date(zone: str) -> None:
    where = ZoneInfo(zone)
    for n in range(366):
        day = date(2026, 1, 1) + timedelta(days=n)
        begins = start_of(day, zone)
        assert begins.astimezone(where).date() == day
        assert (begins - timedelta(seconds=1)).astimezone(where).date() < day


@pytest.mark.parametrize(("day", "count"), [(FORWARD, 46), (BACK, 50)])
def test_a_day_on_which_clocks_change_has_all_of_its_half_hours(day: date, count: int) -> None:
    starts = every_half_hour(start_of(day, "Europe/Lisbon") - timedelta(days=1), 4)
    found = dict(days_of(starts, "Europe/Lisbon"))
    assert len(found[day]) == count


def test_a_clock_that_shows_twice_is_told_apart_by_its_offset() -> None:
    midnight = start_of(BACK, "Europe/Lisbon")
    [row] = shown(*(midnight + n * HALF_AN_HOUR for n in range(8))).rows
    visitor = Visitor()
    named = [
        (moment(each.starts_at, "Europe/Lisbon", visitor)[-5:], each.named_offset)
        for each in row.slots
    ]
    assert named == [
        ("00:00", False), ("00:30", False),
        ("01:00", True), ("01:30", True), ("01:00", True), ("01:30", True),
        ("02:00", False), ("02:30", False),
    ]  # fmt: skip


@given(
    st.lists(st.integers(0, 20 * 48), unique=True, min_size=1, max_size=40),
    st.sampled_from(ZONES),
)
def test_rows_and_gaps_follow_each_other_without_a_hole(numbers: list[int], zone: str) -> None:
    starts = [MONDAY + n * HALF_AN_HOUR for n in sorted(numbers)]
    picker = picker_of(starts, zone, MONDAY, href, from_day=from_day)
    days = days_of(starts, zone)
    for before, after in zip(picker.rows, picker.rows[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    assert [row.first for row in picker.rows if row.slots] == [
        day for day, _ in days[:DAYS_ON_A_PAGE]
    ]
    assert [each.starts_at for row in picker.rows for each in row.slots] == [
        each for _, times in days[:DAYS_ON_A_PAGE] for each in times
    ]
    more = [day for day, _ in days[DAYS_ON_A_PAGE:]]
    assert picker.later == (from_day(more[0]) if more else "")


def test_days_without_times_are_one_gap_between_days_that_have_some() -> None:
    picker = shown(at("2026-12-01 09:00"), at("2026-12-07 10:00"))
    assert [(row.first.day, row.last.day, len(row.slots)) for row in picker.rows] == [
        (1, 1, 1),
        (2, 6, 0),
        (7, 7, 1),
    ]


def test_the_next_evening_is_named_where_it_is_on_a_later_page() -> None:
    mornings = [at(f"2026-12-0{day} 09:00") for day in range(1, 6)]
    evening = at("2026-12-08 18:00")
    picker = shown(*mornings, evening)
    assert (picker.evening, picker.evening_href) == (date(2026, 12, 8), "?from=2026-12-08")
    assert shown(at("2026-12-01 18:30"), *mornings[1:], evening).evening is None
    assert shown(*mornings, at("2026-12-08 17:30")).evening is None


def test_an_evening_is_one_in_the_zone_of_the_reader() -> None:
    mornings = [at(f"2026-12-0{day} 09:00") for day in range(1, 6)]
    picker = shown(*mornings, at("2026-12-08 12:00"), zone="Asia/Kathmandu")
    assert picker.evening is None  # 17:45
    picker = shown(*mornings, at("2026-12-08 12:30"), zone="Asia/Kathmandu")
    assert picker.evening == date(2026, 12, 8)  # 18:15


def test_without_paths_for_other_days_all_are_on_one_page() -> None:
    starts = [at(f"2026-12-0{day} 09:00") for day in range(1, 9)]
    picker = picker_of(starts, "Europe/Lisbon", MONDAY, href)
    assert len(picker.rows) == 8
    assert (picker.later, picker.evening_href) == ("", "")


def test_no_times_are_no_rows() -> None:
    assert (shown().rows, shown().next_slot) == ((), None)


def test_the_page_before_begins_four_days_with_times_earlier() -> None:
    days = [date(2026, 12, each) for each in (1, 2, 7, 8, 9, 14)]
    assert page_before(days) == date(2026, 12, 7)
    assert page_before(days[:4]) is None


# The choice of a time zone


def test_zones_go_from_west_to_east_with_the_specialists_own_among_them() -> None:
    locale = Visitor(language=Language.DE).locale
    options = zone_options("Pacific/Chatham", "Europe/Vienna", MONDAY, locale)
    names = [each.name for each in options]
    assert names[-1] == "Pacific/Chatham"
    assert [each.place for each in options if each.is_own] == ["Wien"]
    offsets = [each.offset for each in options]
    assert offsets == sorted(offsets)


def test_no_zone_is_offered_unasked_but_common_ones() -> None:
    names = {each.name for each in zone_options("", "", MONDAY, Visitor().locale)}
    assert "UTC" not in names
    assert "Europe/Lisbon" in names
