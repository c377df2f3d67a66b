"""Slots that are worked out once and looked at many times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cursors import BadCursor
from chassis.ids import new_id
from contracts.booking.availability import UnknownTimeZone
from contracts.booking.slots import SlotsQuery
from services.booking.availability.busy import Busy
from services.booking.slots import slot_cache as kept_slots_module
from services.booking.slots.listing import days_with_slots
from services.booking.slots.slot_cache import MOST_CACHED, SlotCache
from tests.booking.builders import (
    HALF_AN_HOUR,
    MONDAY,
    a_calendar,
    a_page_of_slots,
    at,
    busy_at,
    every_day,
    on,
)

TIMES = st.integers(0, 120).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


@given(
    TIMES,
    st.integers(0, 48),
    st.integers(1, 20),
    st.sets(st.integers(0, 200).map(lambda n: MONDAY + n * HALF_AN_HOUR), max_size=30),
    st.sampled_from([None, 2]),
    st.sampled_from(["Pacific/Kiritimati", "America/Adak", "Europe/Berlin"]),
)
def test_kept_slots_are_what_they_would_be_if_worked_out_anew_or_are_not_true_any_more(
    now: datetime, notice: int, horizon: int, booked: set[datetime], budget: int | None, zone: str
) -> None:
    calendar = a_calendar(
        every_day("00:00", "24:00"),
        time_zone=zone,
        notice_hours=notice,
        horizon_days=horizon,
        monthly_budget=budget,
        paced=True,
    )
    query = SlotsQuery(starting_from=MONDAY, until=MONDAY + timedelta(days=30))
    kept = calendar.free_times(busy_at(*booked), MONDAY)
    if kept.are_true(now):
        assert kept.within(query, now) == calendar.free_times(busy_at(*booked), now).within(
            query, now
        )
    assert kept.are_true(MONDAY)
    assert not kept.are_true(MONDAY - timedelta(seconds=1))
    assert not kept.are_true(MONDAY + timedelta(hours=1))


def test_a_part_of_a_budget_that_opens_with_a_day_is_not_kept_from_anybody() -> None:
    midnight = datetime(2026, 3, 8, tzinfo=UTC)
    calendar = a_calendar(every_day("00:00", "24:00"), monthly_budget=5, paced=True)
    calendar.most_per_day = 1
    booked = busy_at(datetime(2026, 3, 7, 9, tzinfo=UTC))
    kept = calendar.free_times(booked, midnight - timedelta(minutes=10))
    assert not kept.are_true(midnight)
    assert len(calendar.free_times(booked, midnight).starts) > len(kept.starts)


# As they are listed


def test_each_slot_is_shown_in_the_zone_that_was_asked_for_beside_utc() -> None:
    query = SlotsQuery(time_zone="Asia/Kathmandu")
    [slot] = a_page_of_slots([at("09:00")], query).items
    assert (slot.starts_at, slot.ends_at) == (at("09:00"), at("09:30"))
    assert slot.local_start == "2026-03-02T14:45:00+05:45"
    assert slot.local_end == "2026-03-02T15:15:00+05:45"


def test_without_a_zone_there_are_no_local_times() -> None:
    [slot] = a_page_of_slots([at("09:00")], SlotsQuery()).items
    assert (slot.local_start, slot.local_end) == (None, None)


@given(st.sets(st.integers(0, 400), max_size=60), st.integers(1, 20))
def test_pages_neither_skip_nor_repeat_a_slot(minutes: set[int], limit: int) -> None:
    starts = [MONDAY + timedelta(minutes=each) for each in sorted(minutes)]
    query, found = SlotsQuery(limit=limit), []
    while True:
        page = a_page_of_slots(starts, query)
        found += [each.starts_at for each in page.items]
        if page.next is None:
            break
        assert len(page.items) == limit
        query = replace(query, cursor=page.next)
    assert found == starts


def test_what_is_booked_meanwhile_does_not_move_the_next_page() -> None:
    starts = [at("09:00"), at("09:30"), at("10:00")]
    page = a_page_of_slots(starts, SlotsQuery(limit=1))
    then = a_page_of_slots(starts[1:], SlotsQuery(cursor=page.next))
    assert [each.starts_at for each in then.items] == starts[1:]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "AAAAAAAAAA", "_____w8", "ü", "AAAA AAA"])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        a_page_of_slots([MONDAY], SlotsQuery(cursor=cursor))


def test_days_are_those_of_the_zone_with_as_many_slots_as_start_on_them() -> None:
    # in Kathmandu Tuesday begins at 18:15 UTC
    starts = [at("18:00"), at("18:30"), at("19:00")]
    found = days_with_slots(starts, "Asia/Kathmandu")
    assert found.time_zone == "Asia/Kathmandu"
    assert [(each.day.isoformat(), each.slots) for each in found.items] == [
        ("2026-03-02", 1),
        ("2026-03-03", 2),
    ]


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "+01:00", "../etc/passwd", "localtime", "Europe/Berlin\n"]
)
def test_a_zone_that_there_is_not_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        a_page_of_slots([MONDAY], SlotsQuery(time_zone=name))
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("time_zone", name)


# What time opens while somebody waits


@given(TIMES, st.integers(0, 3), st.sampled_from([None, 2]))
def test_kept_slots_are_shown_as_of_the_time_of_the_last_offers(
    now: datetime, hours_before: int, budget: int | None
) -> None:
    calendar = a_calendar(every_day("00:00", "24:00"), horizon_days=7, monthly_budget=budget)
    offered_at = max(now - timedelta(hours=hours_before), MONDAY)
    query = SlotsQuery(starting_from=MONDAY, until=MONDAY + timedelta(days=30))
    kept = calendar.free_times(Busy(), MONDAY)
    calendar.offered_at = offered_at
    if kept.are_true(now, offered_at):
        anew = calendar.free_times(Busy(), now).within(query, now)
        assert kept.as_of(offered_at).within(query, now) == anew
        assert all(each < offered_at + timedelta(days=7) for each in anew)


# What a process keeps


def slot_cache() -> SlotCache:
    kept = SlotCache()
    kept.setup()
    return kept


def test_what_is_kept_is_found_for_its_revision_alone() -> None:
    kept, id, free = slot_cache(), new_id(), a_calendar().free_times(Busy(), MONDAY)
    kept.keep(id, 7, free)
    assert kept.find(id, 7, MONDAY) is free
    assert kept.find(id, 8, MONDAY) is None
    assert kept.find(new_id(), 7, MONDAY) is None
    assert kept.find(id, 7, MONDAY + timedelta(hours=2)) is None


def test_what_nobody_looked_at_for_longest_goes_first_when_there_is_too_much() -> None:
    kept, ids = slot_cache(), [new_id() for _ in range(3)]
    half = a_calendar().free_times(Busy(), MONDAY)
    object.__setattr__(half, "starts", (MONDAY,) * (MOST_CACHED // 2 - 1))
    kept.keep(ids[0], 1, half)
    kept.keep(ids[1], 1, half)
    kept.find(ids[0], 1, MONDAY)
    kept.keep(ids[2], 1, half)
    assert [kept.find(each, 1, MONDAY) is half for each in ids] == [True, False, True]


@pytest.mark.parametrize("change", ["open", "learn_listing", "review"])
def test_what_changes_what_is_free_raises_the_revision(change: str) -> None:
    calendar = a_calendar()
    before = calendar.revision
    if change == "open":
        calendar.open(calendar.to_resource(), Busy(), MONDAY)
    elif change == "learn_listing":
        calendar.learn_listing(False, 2)
        assert calendar.revision == before + 1
        calendar.learn_listing(True, 1)
    else:
        calendar.review(Busy(), MONDAY)
    assert calendar.revision == before + 1


def test_who_has_no_free_slots_is_not_kept_for_ever_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_slots_module, "MOST_CACHED", 3)
    kept, ids = slot_cache(), [new_id() for _ in range(4)]
    for each in ids:
        kept.keep(each, 1, a_calendar(listed=False).free_times(Busy(), MONDAY))
    assert [kept.find(each, 1, MONDAY) is not None for each in ids] == [False, True, True, True]


def test_all_that_can_be_booked_reaches_as_far_as_slots_are_offered() -> None:
    calendar = a_calendar([on("monday", "09:00", "09:30")], notice_hours=24, horizon_days=180)
    free = calendar.free_times(Busy(), MONDAY).bookable(MONDAY)
    assert (free[0], free[-1]) == (at("09:00", days_later=7), at("09:00", days_later=175))
