"""Slots that are worked out once and looked at many times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.booking.availability import UnknownTimeZone
from contracts.booking.slots import SlotsQuery
from services.booking.slots import kept_slots as kept_slots_module
from services.booking.slots.kept_slots import MOST_KEPT, KeptSlots
from services.booking.slots.taken import Taken
from tests.booking.builders import HALF_AN_HOUR, MONDAY, a_calendar, at, every_day, on

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
    kept = calendar.free_times(Taken(booked), MONDAY)
    if kept.are_true(now):
        assert kept.slots(query, now) == calendar.free_times(Taken(booked), now).slots(query, now)
    assert kept.are_true(MONDAY)
    assert not kept.are_true(MONDAY - timedelta(seconds=1))
    assert not kept.are_true(MONDAY + timedelta(hours=1))


def test_a_part_of_a_budget_that_opens_with_a_day_is_not_kept_from_anybody() -> None:
    midnight = datetime(2026, 3, 8, tzinfo=UTC)
    calendar = a_calendar(every_day("00:00", "24:00"), monthly_budget=5, paced=True)
    calendar.most_per_day = 1
    booked = Taken([datetime(2026, 3, 7, 9, tzinfo=UTC)])
    kept = calendar.free_times(booked, midnight - timedelta(minutes=10))
    assert not kept.are_true(midnight)
    assert len(calendar.free_times(booked, midnight).starts) > len(kept.starts)


def test_each_slot_is_shown_in_the_zone_that_was_asked_for_beside_utc() -> None:
    query = SlotsQuery(starting_from=MONDAY, until=at("09:30"), time_zone="Asia/Kathmandu")
    [slot] = a_calendar().free_times(Taken(), MONDAY).slots(query, MONDAY)
    assert slot.starts_at == at("09:00")
    assert slot.local_start == "2026-03-02T14:45:00+05:45"


def test_without_a_zone_there_is_no_local_start() -> None:
    slots = a_calendar().free_times(Taken(), MONDAY).slots(SlotsQuery(), MONDAY)
    assert {each.local_start for each in slots} == {None}


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "+01:00", "../etc/passwd", "localtime", "Europe/Berlin\n"]
)
def test_a_zone_that_there_is_not_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        a_calendar().free_times(Taken(), MONDAY).slots(SlotsQuery(time_zone=name), MONDAY)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("time_zone", name)


# What a process keeps


def kept_slots() -> KeptSlots:
    kept = KeptSlots()
    kept.setup()
    return kept


def test_what_is_kept_is_found_for_its_revision_alone() -> None:
    kept, id, free = kept_slots(), new_id(), a_calendar().free_times(Taken(), MONDAY)
    kept.keep(id, 7, free)
    assert kept.find(id, 7, MONDAY) is free
    assert kept.find(id, 8, MONDAY) is None
    assert kept.find(new_id(), 7, MONDAY) is None
    assert kept.find(id, 7, MONDAY + timedelta(hours=2)) is None


def test_what_nobody_looked_at_for_longest_goes_first_when_there_is_too_much() -> None:
    kept, ids = kept_slots(), [new_id() for _ in range(3)]
    half = a_calendar().free_times(Taken(), MONDAY)
    object.__setattr__(half, "starts", (MONDAY,) * (MOST_KEPT // 2 - 1))
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
        calendar.open(calendar.to_resource(), Taken(), MONDAY)
    elif change == "learn_listing":
        calendar.learn_listing(False, 2)
        assert calendar.revision == before + 1
        calendar.learn_listing(True, 1)
    else:
        calendar.review(Taken(), MONDAY)
    assert calendar.revision == before + 1


def test_who_has_no_free_slots_is_not_kept_for_ever_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_slots_module, "MOST_KEPT", 3)
    kept, ids = kept_slots(), [new_id() for _ in range(4)]
    for each in ids:
        kept.keep(each, 1, a_calendar(listed=False).free_times(Taken(), MONDAY))
    assert [kept.find(each, 1, MONDAY) is not None for each in ids] == [False, True, True, True]


def test_all_that_can_be_booked_reaches_as_far_as_slots_are_offered() -> None:
    calendar = a_calendar([on("monday", "09:00", "09:30")], notice_hours=24, horizon_days=180)
    free = calendar.free_times(Taken(), MONDAY).bookable(MONDAY)
    assert (free[0], free[-1]) == (at("09:00", days_later=7), at("09:00", days_later=175))
