"""What may be booked in a calendar, and when it says that its next slot is another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.booking.availability import (
    AvailabilityChanged,
    BadHours,
    DateOverride,
    FreeConsultationsPaused,
    FreeConsultationsResumed,
    Stay,
    Stretch,
)
from contracts.booking.consultations import (
    BudgetSpent,
    DayFull,
    InThePast,
    NoFreeConsultations,
    NotListed,
    SlotNotOffered,
    SlotTaken,
    TooFar,
    TooSoon,
)
from contracts.booking.slots import BadPeriod, SlotsQuery
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar, CalendarEvent
from tests.booking.builders import (
    HALF_AN_HOUR,
    MONDAY,
    a_calendar,
    a_page_of_slots,
    an_availability,
    at,
    busy_at,
    every_day,
    on,
)

NOTHING_BOOKED = Busy()
FIRST_THREE = [at("09:00"), at("09:30"), at("10:00")]
UNKNOWN_ZONES = "Europe/Atlantis", "+01:00", "", "../etc/passwd", "Europe/Berlin\n"


def starts(calendar: Calendar, query: SlotsQuery, *booked: datetime) -> list[datetime]:
    free = calendar.free_times(busy_at(*booked), MONDAY)
    return list(free.within(query, MONDAY))


def told(events: list[CalendarEvent]) -> list[AvailabilityChanged]:
    return [each for each in events if isinstance(each, AvailabilityChanged)]


def until(moment: datetime) -> SlotsQuery:
    return SlotsQuery(starting_from=MONDAY, until=moment)


def test_slots_take_half_an_hour_each() -> None:
    query = until(at("10:00"))
    found = a_calendar().free_times(NOTHING_BOOKED, MONDAY).within(query, MONDAY)
    slots = a_page_of_slots(found, query).items
    assert [(each.starts_at, each.ends_at) for each in slots] == [
        (at("09:00"), at("09:30")),
        (at("09:30"), at("10:00")),
    ]


def test_slots_are_listed_from_now_for_two_weeks_unless_asked_otherwise() -> None:
    calendar = a_calendar([on("monday", "09:00", "09:30")])
    assert starts(calendar, SlotsQuery()) == [at("09:00"), at("09:00", days_later=7)]
    later = SlotsQuery(starting_from=at("00:00", days_later=7))
    assert starts(calendar, later) == [at("09:00", days_later=7), at("09:00", days_later=14)]


def test_slots_within_the_notice_are_not_offered() -> None:
    calendar = a_calendar(notice_hours=2)
    assert starts(calendar, until(at("11:00"))) == [at("10:00"), at("10:30")]


def test_slots_beyond_the_horizon_are_not_offered() -> None:
    calendar = a_calendar(every_day("07:00", "09:00"), horizon_days=2)
    assert starts(calendar, until(at("23:00", days_later=7)))[-1] == at("07:30", days_later=2)


def test_slots_of_the_past_are_not_offered() -> None:
    calendar = a_calendar(every_day("07:00", "09:00"))
    query = SlotsQuery(starting_from=at("00:00", days_later=-7), until=at("12:00"))
    assert starts(calendar, query) == [at("08:00"), at("08:30")]


def test_a_horizon_nearer_than_the_notice_offers_nothing() -> None:
    calendar = a_calendar(notice_hours=48, horizon_days=1)
    assert starts(calendar, SlotsQuery()) == []


def test_booked_times_are_not_offered() -> None:
    assert starts(a_calendar(), until(at("10:30")), at("09:30")) == [at("09:00"), at("10:00")]


def test_nor_is_what_overlaps_a_booked_time_after_the_hours_moved() -> None:
    slots = starts(a_calendar(), until(at("11:00")), at("09:45"))
    assert slots == [at("09:00"), at("10:30")]


@pytest.mark.parametrize(("listed", "offers"), [(False, True), (True, False), (False, False)])
def test_nobody_offers_slots_unlisted_or_without_free_consultations(
    listed: bool, offers: bool
) -> None:
    assert starts(a_calendar(listed=listed, offers=offers), SlotsQuery()) == []


@pytest.mark.parametrize("length", [timedelta(0), -HALF_AN_HOUR, timedelta(days=62, seconds=1)])
def test_a_period_that_is_empty_or_longer_than_62_days_is_refused_by_name(
    length: timedelta,
) -> None:
    with pytest.raises(BadPeriod) as refusal:
        starts(a_calendar(), until(MONDAY + length))
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("to", (MONDAY + length).isoformat())
    assert "62 days" in error.detail


def test_a_period_of_62_days_is_accepted() -> None:
    assert starts(a_calendar(), until(MONDAY + timedelta(days=62)))


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Apia", "America/Los_Angeles"])
def test_the_ends_of_time_have_no_slots(year: int, time_zone: str) -> None:
    edge = datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, tzinfo=UTC)
    calendar = a_calendar(time_zone=time_zone)
    assert starts(calendar, SlotsQuery(starting_from=edge)) == []
    assert starts(calendar, SlotsQuery(starting_from=edge, until=edge + HALF_AN_HOUR)) == []


# Booking


@pytest.mark.parametrize("clock", ["09:00", "12:30", "16:30"])
def test_an_offered_slot_is_bookable(clock: str) -> None:
    a_calendar().require_bookable(at(clock), NOTHING_BOOKED, MONDAY)


def test_a_slot_right_at_the_end_of_the_notice_is_bookable() -> None:
    a_calendar(notice_hours=1).require_bookable(at("09:00"), NOTHING_BOOKED, MONDAY)


def test_a_slot_within_the_notice_is_too_soon_and_the_notice_is_named() -> None:
    with pytest.raises(TooSoon, match="2 hours"):
        a_calendar(notice_hours=2).require_bookable(at("09:30"), NOTHING_BOOKED, MONDAY)


def test_a_slot_of_the_past_has_passed() -> None:
    with pytest.raises(InThePast):
        a_calendar().require_bookable(at("16:00", days_later=-1), NOTHING_BOOKED, MONDAY)


def test_a_booked_slot_is_taken() -> None:
    with pytest.raises(SlotTaken):
        a_calendar().require_bookable(at("09:00"), busy_at(at("09:00")), MONDAY)


NOT_OFFERED = {
    "before the hours": at("08:30"),
    "at their end": at("17:00"),
    "between two slots": at("09:10"),
    "a second late": at("09:00") + timedelta(seconds=1),
}


@pytest.mark.parametrize("moment", NOT_OFFERED.values(), ids=NOT_OFFERED.keys())
@pytest.mark.parametrize(
    "busy", [Busy(), busy_at(at("09:00"), at("16:30"))], ids=["free", "booked near"]
)
def test_a_time_outside_of_the_slots_is_not_offered_whatever_is_booked(
    moment: datetime, busy: Busy
) -> None:
    calendar = a_calendar(buffer_before_minutes=30)
    with pytest.raises(SlotNotOffered):
        calendar.require_bookable(moment, busy, MONDAY)


@pytest.mark.parametrize(
    "moment", [at("09:00", days_later=60), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
)
def test_a_slot_beyond_the_horizon_is_too_far_and_the_horizon_is_named(moment: datetime) -> None:
    with pytest.raises(TooFar, match="60 days"):
        a_calendar().require_bookable(moment, NOTHING_BOOKED, MONDAY)


def test_what_overlaps_a_booked_time_is_taken() -> None:
    with pytest.raises(SlotTaken):
        a_calendar().require_bookable(at("09:30"), busy_at(at("09:15")), MONDAY)


def test_nothing_is_bookable_without_free_consultations() -> None:
    with pytest.raises(NoFreeConsultations):
        a_calendar(offers=False).require_bookable(at("09:00"), NOTHING_BOOKED, MONDAY)


def test_nothing_is_bookable_unlisted() -> None:
    with pytest.raises(NotListed):
        a_calendar(listed=False).require_bookable(at("09:00"), NOTHING_BOOKED, MONDAY)


# Grids, buffers and limits


def test_on_a_fine_grid_what_overlaps_a_booked_time_is_not_offered() -> None:
    slots = starts(a_calendar(grid_minutes=15), until(at("10:30")), at("09:30"))
    assert slots == [at("09:00"), at("10:00"), at("10:15")]


@pytest.mark.parametrize("buffer", ["buffer_before_minutes", "buffer_after_minutes"])
def test_a_buffer_is_kept_free_on_both_sides_of_a_booked_time(buffer: str) -> None:
    calendar = a_calendar(grid_minutes=15, **{buffer: 15})  # type: ignore[arg-type]
    slots = starts(calendar, until(at("11:00")), at("09:45"))
    assert slots == [at("09:00"), at("10:30"), at("10:45")]


def test_a_buffer_stands_against_booking_too() -> None:
    with pytest.raises(SlotTaken):
        a_calendar(buffer_after_minutes=15).require_bookable(
            at("09:30"), busy_at(at("09:00")), MONDAY
        )


def test_a_full_day_offers_nothing_and_the_next_one_does() -> None:
    calendar = a_calendar(most_per_day=1)
    slots = starts(calendar, until(at("09:30", days_later=1)), at("16:30"))
    assert slots == [at("09:00", days_later=1)]
    with pytest.raises(DayFull):
        calendar.require_bookable(at("09:00"), busy_at(at("16:30")), MONDAY)


def test_what_took_place_this_week_counts() -> None:
    tuesday = at("07:00", days_later=1)
    calendar = a_calendar(most_per_week=1)
    with pytest.raises(DayFull):
        calendar.require_bookable(at("09:00", days_later=1), busy_at(at("09:00")), tuesday)


def test_a_day_is_one_of_the_specialists_own_calendar() -> None:
    whole = [on("monday", "00:00", "24:00"), on("tuesday", "00:00", "24:00")]
    calendar = a_calendar(whole, time_zone="Asia/Tokyo", most_per_day=1)
    # 15:00 UTC is midnight in Tokyo
    assert starts(calendar, until(at("15:30")), at("08:30")) == [at("15:00")]


def test_a_spent_budget_offers_nothing_of_its_month() -> None:
    calendar = a_calendar(monthly_budget=1)
    slots = starts(
        calendar,
        SlotsQuery(starting_from=MONDAY, until=at("09:30", days_later=30)),
        at("09:00"),
    )
    assert slots == [at("09:00", days_later=30)]
    with pytest.raises(BudgetSpent):
        calendar.require_bookable(at("09:30"), busy_at(at("09:00")), MONDAY)


def test_a_specialist_is_told_once_when_the_budget_is_spent_and_when_it_opens_again() -> None:
    calendar = a_calendar(monthly_budget=5, paced=True, next_slots=[at("09:30")])
    busy = busy_at(at("09:00"))
    assert FreeConsultationsPaused in map(type, calendar.review(busy, MONDAY))
    assert calendar.paused
    assert FreeConsultationsPaused not in map(type, calendar.review(busy, MONDAY))
    next_part = at("08:00", days_later=6)
    told = calendar.review(busy, next_part)
    assert [type(each) for each in told] == [FreeConsultationsResumed, AvailabilityChanged]
    assert not calendar.paused
    assert calendar.review(busy, next_part) == []


def test_a_calendar_with_limits_is_looked_at_again_when_the_day_is_over() -> None:
    calendar = a_calendar(monthly_budget=5, paced=True, time_zone="Asia/Tokyo")
    calendar.review(busy_at(at("09:00")), MONDAY)
    assert calendar.review_at is not None
    assert calendar.review_at <= at("15:00")


def test_on_a_journey_the_day_is_over_when_it_is_there() -> None:
    calendar = a_calendar(monthly_budget=5)
    calendar.stays = [
        {"first_day": "2026-03-01", "last_day": "2026-03-09", "time_zone": "America/New_York"}
    ]
    calendar.review(NOTHING_BOOKED, at("03:30", days_later=1))  # 22:30 there
    assert calendar.review_at == at("05:00", days_later=1)


def test_abroad_a_part_of_a_budget_opens_with_the_day_there() -> None:
    calendar = a_calendar(monthly_budget=5, paced=True, time_zone="Europe/Berlin")
    calendar.stays = [
        {"first_day": "2026-03-02", "last_day": "2026-03-09", "time_zone": "Asia/Tokyo"}
    ]
    calendar.review(busy_at(at("09:00")), MONDAY)
    assert calendar.review_at == at("15:00")


# Opening


def test_opened_hours_are_kept_as_they_were_given() -> None:
    calendar = a_calendar(hours=[], offers=False)
    wanted = an_availability(
        [on("friday", "09:00", "24:00")], time_zone="Asia/Kathmandu", notice_hours=3, horizon_days=9
    )
    calendar.open(wanted, NOTHING_BOOKED, MONDAY)
    assert calendar.to_resource() == wanted


def test_everything_that_makes_up_an_availability_is_kept_as_it_was_given() -> None:
    calendar = a_calendar(hours=[], offers=False)
    wanted = replace(
        an_availability(),
        overrides=[
            DateOverride(day=date(2026, 3, 4)),
            DateOverride(day=date(2026, 3, 5), hours=[Stretch(starts="10:00", ends="11:00")]),
        ],
        stays=[Stay(first_day=date(2026, 5, 1), last_day=date(2026, 5, 9), time_zone="Asia/Tokyo")],
        grid_minutes=15,
        buffer_before_minutes=5,
        buffer_after_minutes=10,
        most_per_day=3,
        most_per_week=9,
        monthly_budget=20,
        paced=False,
    )
    calendar.open(wanted, NOTHING_BOOKED, MONDAY)
    assert calendar.to_resource() == wanted


@pytest.mark.parametrize("zone", UNKNOWN_ZONES)
def test_an_unknown_zone_is_refused_by_name(zone: str) -> None:
    with pytest.raises(BadHours) as refusal:
        a_calendar().open(an_availability(time_zone=zone), NOTHING_BOOKED, MONDAY)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("time_zone", zone)


def test_hours_that_make_no_sense_change_nothing() -> None:
    calendar = a_calendar()
    with pytest.raises(BadHours):
        calendar.open(
            an_availability([on("monday", "10:00", "10:00")], offers=False), NOTHING_BOOKED, MONDAY
        )
    assert calendar.to_resource() == a_calendar().to_resource()


# What is told


def test_opening_hours_tells_the_next_slot() -> None:
    calendar = a_calendar(hours=[], offers=False)
    assert calendar.open(an_availability(notice_hours=0), NOTHING_BOOKED, MONDAY) == [
        AvailabilityChanged(
            specialist_id=calendar.specialist_id,
            version=1,
            offers_free_consultations=True,
            next_slots=FIRST_THREE,
        )
    ]


def test_opening_the_same_hours_again_tells_nothing() -> None:
    calendar = a_calendar(hours=[], offers=False)
    calendar.open(an_availability(), NOTHING_BOOKED, MONDAY)
    assert calendar.open(an_availability(), NOTHING_BOOKED, MONDAY) == []


def test_hours_that_leave_the_next_slot_as_it_is_tell_nothing() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    shorter = an_availability(every_day("09:00", "12:00"), notice_hours=0)
    assert calendar.open(shorter, NOTHING_BOOKED, MONDAY) == []


def test_offering_no_more_free_consultations_is_told_even_with_the_same_next_slot() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    [event] = told(
        calendar.open(an_availability(offers=False, notice_hours=0), NOTHING_BOOKED, MONDAY)
    )
    assert not event.offers_free_consultations
    assert event.next_slots == FIRST_THREE


def test_closing_all_hours_tells_that_there_is_no_next_slot() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    [event] = told(calendar.open(an_availability(hours=[]), NOTHING_BOOKED, MONDAY))
    assert event.next_slot_at is None


def test_a_booked_next_slot_tells_the_one_after_it() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    [event] = told(calendar.review(busy_at(at("09:00")), MONDAY))
    assert event.next_slot_at == at("09:30") == calendar.next_slot_at


@pytest.mark.parametrize("booked", ["09:30", "10:00"])
def test_a_booked_slot_among_the_next_three_tells_the_one_that_follows(booked: str) -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    [event] = told(calendar.review(busy_at(at(booked)), MONDAY))
    assert event.next_slots == [each for each in FIRST_THREE if each != at(booked)] + [at("10:30")]
    assert event.next_slots == calendar.announced_slots


def test_where_there_are_fewer_than_three_the_horizon_is_looked_at_every_hour() -> None:
    calendar = a_calendar([on("monday", "09:00", "10:00")], horizon_days=6)
    calendar.review(NOTHING_BOOKED, at("05:00"))
    assert calendar.announced_slots == FIRST_THREE[:2]
    assert calendar.review_at == at("06:00")


def test_a_booked_later_slot_tells_nothing() -> None:
    assert a_calendar(next_slots=FIRST_THREE).review(busy_at(at("10:30")), MONDAY) == []


def test_a_next_slot_that_passed_tells_the_next_one() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE)
    [event] = told(calendar.review(NOTHING_BOOKED, at("09:10")))
    assert event.next_slot_at == at("09:30")


def test_a_next_slot_that_came_within_the_notice_tells_the_next_one() -> None:
    calendar = a_calendar(next_slots=FIRST_THREE, notice_hours=1)
    [event] = told(calendar.review(NOTHING_BOOKED, at("08:10")))
    assert event.next_slot_at == at("09:30")


def test_each_change_that_is_told_bears_a_greater_version() -> None:
    calendar = a_calendar()
    now, booked, versions = MONDAY, Busy(), list[int]()
    for _ in range(5):
        versions += [each.version for each in told(calendar.review(booked, now))]
        versions += [each.version for each in told(calendar.review(booked, now))]
        assert calendar.next_slot_at is not None
        booked = booked.with_booked(calendar.next_slot_at)
    assert versions == [1, 2, 3, 4, 5]


# Listing


def test_a_calendar_opens_and_closes_with_the_profile() -> None:
    calendar = a_calendar(listed=False)
    calendar.learn_listing(True, 3)
    assert calendar.listed
    calendar.learn_listing(False, 4)
    assert not calendar.listed


def test_older_news_of_the_profile_is_dropped() -> None:
    calendar = a_calendar(listed=False)
    calendar.learn_listing(False, 4)
    calendar.learn_listing(True, 3)
    assert not calendar.listed


def test_the_same_news_again_changes_nothing() -> None:
    calendar = a_calendar(listed=False)
    calendar.learn_listing(False, 4)
    calendar.learn_listing(True, 4)
    assert not calendar.listed


# What is held


def test_a_time_that_is_held_can_not_be_booked_but_is_no_news() -> None:
    calendar = a_calendar(monthly_budget=1, next_slots=FIRST_THREE)
    held = busy_at(held=[at("09:00")])
    assert calendar.review(held, MONDAY) == []
    assert not calendar.paused
    with pytest.raises(SlotTaken):
        calendar.require_bookable(at("09:00"), held, MONDAY)


def test_a_budget_is_spent_by_what_is_booked_alone_but_what_is_held_is_kept_of_it() -> None:
    calendar = a_calendar(monthly_budget=1, next_slots=FIRST_THREE)
    held = busy_at(held=[at("09:00")])
    with pytest.raises(BudgetSpent):
        calendar.require_bookable(at("10:00"), held, MONDAY)
    [paused, _] = calendar.review(busy_at(at("09:00"), held=[at("12:00")]), MONDAY)
    assert isinstance(paused, FreeConsultationsPaused)


LIMITS = ("most_per_day", "most_per_week", "monthly_budget")


@given(
    booked=st.lists(st.integers(-45 * 48, 10 * 48), max_size=40),
    booked_lately=st.lists(st.integers(-6, 6), max_size=3),
    minutes_later=st.integers(0, 29),
    buffer=st.sampled_from([0, 15, 120]),
    limit=st.sampled_from([None, *LIMITS]),
    paced=st.booleans(),
)
@example([], [-3], 0, 120, None, False)
@example([-27 * 48, -26 * 48], [], 0, 0, "monthly_budget", False)
def test_consultations_before_those_that_matter_change_nothing(
    booked: list[int],
    booked_lately: list[int],
    minutes_later: int,
    buffer: int,
    limit: str | None,
    paced: bool,
) -> None:
    """Whatever was booked, in half hours from now, and with each limit or none; at the end of a
    week and of a month, of which most is over."""
    sunday = MONDAY + timedelta(days=27)
    now = sunday + timedelta(minutes=minutes_later)
    everything = [sunday + each * HALF_AN_HOUR for each in booked + booked_lately]
    seen = []
    for matters_alone in (False, True):
        calendar = a_calendar(
            every_day("00:00", "24:00"),
            buffer_before_minutes=buffer,
            buffer_after_minutes=buffer,
            paced=paced,
            horizon_days=40,
            most_per_day=2 if limit == "most_per_day" else None,
            most_per_week=2 if limit == "most_per_week" else None,
            monthly_budget=2 if limit == "monthly_budget" else None,
        )
        since = calendar.matters_since(now) if matters_alone else datetime.min.replace(tzinfo=UTC)
        busy = busy_at(*(each for each in everything if each > since))
        free = calendar.free_times(busy, now).starts
        seen.append((free, calendar.review(busy, now), calendar.paused, calendar.review_at))
    told_with, told_without = (events for _, events, _, _ in seen)
    assert seen[0][0] == seen[1][0]
    assert seen[0][2:] == seen[1][2:]
    assert [type(each) for each in told_with] == [type(each) for each in told_without]
