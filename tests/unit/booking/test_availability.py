"""Hours become slots, in every zone and on the days when clocks change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.booking.availability import DateOverride, Hours, Stay, Stretch
from services.booking.availability.opening_hours import SLOT, OpeningHours
from tests.booking.builders import EVERY_DAY, on
from tests.booking.clock_changes import clock_changes
from tests.booking.strategies import _clock, sensible_hours

A_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def _kind(zone: ZoneInfo, moment: datetime) -> tuple[time, time, int]:
    """When the wall clock stops, when it resumes, and how many days later that is."""
    stops = (moment - A_MINUTE).astimezone(zone).replace(tzinfo=None) + A_MINUTE
    resumes = moment.astimezone(zone).replace(tzinfo=None)
    return stops.time(), resumes.time(), (resumes.date() - stops.date()).days


CHANGES = list(clock_changes(2020, 2040))
"""A zone and the moment of each change."""
KINDS_OF_CHANGE = list(
    {_kind(ZoneInfo(name), moment): (name, moment) for name, moment in CHANGES}.values()
)
"""One of each kind: those that stop and resume the wall clock at the same times of day."""


def slots_on(day: str, time_zone: str, *stretches: tuple[str, str]) -> list[str]:
    """When slots start around a local date with these hours on it, in UTC."""
    local = date.fromisoformat(day)
    hours = tuple(on(EVERY_DAY[local.weekday()], *each) for each in stretches)
    noon = datetime.combine(local, time(12), UTC)
    slots = OpeningHours(time_zone, hours).slots(noon - 2 * A_DAY, noon + 2 * A_DAY)
    return [f"{each:%d %H:%M}" for each in slots]


def test_a_slot_starts_every_half_hour_and_ends_within_the_hours() -> None:
    assert slots_on("2026-03-02", "UTC", ("09:00", "10:45")) == ["02 09:00", "02 09:30", "02 10:00"]


def test_slots_are_counted_from_the_start_of_their_stretch() -> None:
    assert slots_on("2026-03-02", "UTC", ("09:10", "10:10")) == ["02 09:10", "02 09:40"]


def test_less_than_half_an_hour_gives_no_slot() -> None:
    assert slots_on("2026-03-02", "UTC", ("09:00", "09:29")) == []


def test_a_day_has_as_many_stretches_as_wanted_in_order_of_time_however_they_were_given() -> None:
    stretches = ("18:00", "18:30"), ("09:00", "09:30"), ("12:00", "12:30")
    assert slots_on("2026-03-02", "UTC", *stretches) == ["02 09:00", "02 12:00", "02 18:00"]


def test_hours_may_last_until_midnight() -> None:
    assert slots_on("2026-03-02", "UTC", ("23:00", "24:00")) == ["02 23:00", "02 23:30"]


def test_only_slots_of_the_period_are_given_its_end_not_included() -> None:
    hours = OpeningHours("UTC", (on("monday", "09:00", "12:00"),))
    starting_from, until = (
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 2, 11, 0, tzinfo=UTC),
    )
    assert [f"{each:%H:%M}" for each in hours.slots(starting_from, until)] == [
        "09:30",
        "10:00",
        "10:30",
    ]


def test_hours_return_every_week() -> None:
    hours = OpeningHours("UTC", (on("monday", "09:00", "09:30"),))
    starting_from = datetime(2026, 3, 2, tzinfo=UTC)
    slots = hours.slots(starting_from, starting_from + 21 * A_DAY)
    assert [each.day for each in slots] == [2, 9, 16]


def test_in_berlin_the_hour_that_spring_skips_has_no_slots() -> None:
    # 02:00 CET became 03:00 CEST on 29 March 2026, at 01:00 UTC
    slots = slots_on("2026-03-29", "Europe/Berlin", ("01:00", "04:00"))
    assert slots == ["29 00:00", "29 00:30", "29 01:00", "29 01:30"]


def test_hours_that_spring_skips_altogether_give_no_slots() -> None:
    assert slots_on("2026-03-29", "Europe/Berlin", ("02:00", "03:00")) == []


def test_in_berlin_the_hour_that_autumn_repeats_counts_once_the_first_time_round() -> None:
    # 03:00 CEST became 02:00 CET on 25 October 2026, at 01:00 UTC
    slots = slots_on("2026-10-25", "Europe/Berlin", ("01:30", "03:30"))
    assert slots == ["24 23:30", "25 00:00", "25 00:30", "25 02:00"]


def test_in_new_york_the_hour_that_spring_skips_has_no_slots() -> None:
    slots = slots_on("2026-03-08", "America/New_York", ("01:00", "04:00"))
    assert slots == ["08 06:00", "08 06:30", "08 07:00", "08 07:30"]


def test_in_new_york_the_hour_that_autumn_repeats_counts_once() -> None:
    slots = slots_on("2026-11-01", "America/New_York", ("01:00", "02:30"))
    assert slots == ["01 05:00", "01 05:30", "01 07:00"]


def test_on_lord_howe_island_spring_skips_half_an_hour() -> None:
    # 02:00 (+10:30) became 02:30 (+11)
    slots = slots_on("2026-10-04", "Australia/Lord_Howe", ("01:30", "03:30"))
    assert slots == ["03 15:00", "03 15:30", "03 16:00"]


def test_on_lord_howe_island_autumn_repeats_half_an_hour() -> None:
    # 02:00 (+11) became 01:30 (+10:30)
    slots = slots_on("2026-04-05", "Australia/Lord_Howe", ("01:00", "02:30"))
    assert slots == ["04 14:00", "04 14:30", "04 15:30"]


@pytest.mark.parametrize(
    ("day", "time_zone", "hours", "expected"),
    [
        ("2026-03-29", "Europe/Berlin", ("01:15", "02:15"), ["29 00:15"]),
        ("2026-03-08", "America/New_York", ("01:15", "02:15"), ["08 06:15"]),
        ("2026-10-04", "Australia/Lord_Howe", ("01:15", "02:15"), ["03 14:45"]),
    ],
)
def test_nothing_starts_that_the_skipped_time_would_carry_beyond_the_hours(
    day: str, time_zone: str, hours: tuple[str, str], expected: list[str]
) -> None:
    assert slots_on(day, time_zone, hours) == expected


def test_what_lasts_over_the_skipped_hour_and_ends_within_the_hours_is_offered() -> None:
    slots = slots_on("2026-03-29", "Europe/Berlin", ("01:15", "03:15"))
    assert slots == ["29 00:15", "29 00:45"]


def test_nothing_starts_that_the_repeated_hour_would_carry_back_before_the_hours() -> None:
    # from 02:45 CEST half an hour lasts until 02:15 CET
    assert slots_on("2026-10-25", "Europe/Berlin", ("02:45", "03:45")) == ["25 02:15"]


def test_what_the_repeated_hour_keeps_within_the_hours_is_offered() -> None:
    # from 02:55 CEST half an hour lasts until 02:25 CET; 03:00 CEST became 02:00 CET at 01:00 UTC
    hours = OpeningHours("Europe/Berlin", (on("sunday", "01:25", "03:15"),), grid_minutes=15)
    midnight = datetime(2027, 10, 30, 22, tzinfo=UTC)
    assert [f"{each:%H:%M}" for each in hours.slots(midnight, midnight + A_DAY)] == [
        "23:25",
        "23:40",
        "23:55",
        "00:10",
        "00:25",
        "00:40",
        "00:55",
    ]


def test_in_apia_the_friday_that_never_was_has_no_slots() -> None:
    # Samoa went from Thursday 29 December 2011 straight to Saturday 31
    assert slots_on("2011-12-30", "Pacific/Apia", ("00:00", "24:00")) == []
    assert slots_on("2011-12-29", "Pacific/Apia", ("09:00", "09:30")) == ["29 19:00"]
    assert slots_on("2011-12-31", "Pacific/Apia", ("09:00", "09:30")) == ["30 19:00"]


def test_kathmandu_is_three_quarters_of_an_hour_off() -> None:
    assert slots_on("2026-03-02", "Asia/Kathmandu", ("09:00", "10:00")) == ["02 03:15", "02 03:45"]


@pytest.mark.parametrize(
    ("day", "count"), [("2026-03-28", 48), ("2026-03-29", 46), ("2026-10-25", 48)]
)
def test_a_whole_day_has_a_slot_for_each_half_hour_on_the_wall(day: str, count: int) -> None:
    assert len(slots_on(day, "Europe/Berlin", ("00:00", "24:00"))) == count


ZONES = st.sampled_from(
    [
        "Africa/Casablanca",
        "America/Havana",
        "America/Santiago",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Asia/Tehran",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Pacific/Apia",
        "Pacific/Chatham",
        "UTC",
    ]
)
FIVE_MINUTES = timedelta(minutes=5)


@st.composite
def dates_that_differ(draw: st.DrawFn, around: date) -> tuple[DateOverride, ...]:
    """Some of the days around one; the last stretch of each may pass midnight."""
    found = []
    for day in sorted(draw(st.sets(st.integers(-2, 4), max_size=3))):
        edges = sorted(draw(st.sets(st.integers(0, 330), max_size=4)))
        stretches = [
            Stretch(starts=_clock(starts), ends=_clock(ends if ends <= 288 else ends - 288))
            for starts, ends in pairwise(edges)
            if starts < 288 and ends - starts < 288 and draw(st.booleans())
        ]
        found.append(DateOverride(day=around + day * A_DAY, hours=stretches))
    return tuple(found)


@given(
    ZONES,
    sensible_hours(),
    st.sampled_from([15, 30, 60]),
    st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
    | st.sampled_from([moment for _, moment in CHANGES]),
    st.data(),
)
@settings(max_examples=80)
def test_slots_are_just_those_half_hours_of_the_hours_that_the_zones_own_clocks_show(
    time_zone: str, hours: tuple[Hours, ...], grid: int, around: datetime, data: st.DataObject
) -> None:
    """Found the other way round: by looking at the wall clock every five minutes."""
    starting_from = around.replace(minute=around.minute // 5 * 5, second=0, microsecond=0) - A_DAY
    overrides = data.draw(dates_that_differ(around.date()))

    opening = OpeningHours(time_zone, hours, overrides, grid_minutes=grid)
    slots = list(opening.slots(starting_from, starting_from + 2 * A_DAY))

    wall = WallClock(ZoneInfo(time_zone), hours, overrides)
    moments = [starting_from + FIVE_MINUTES * n for n in range(2 * 288)]
    assert slots == [each for each in moments if wall.opens_a_slot(each, grid)]
    for each in moments[::21]:
        assert opening.covers(each) == wall.is_open_for_half_an_hour(each)


class WallClock:
    """Opening hours as one reads them off the wall: open or not, every five minutes."""

    def __init__(
        self, zone: ZoneInfo, hours: tuple[Hours, ...], overrides: tuple[DateOverride, ...]
    ) -> None:
        self._zone = zone
        self._weekly = {day: [each for each in hours if each.weekday == day] for day in EVERY_DAY}
        self._overrides = {each.day: each.hours for each in overrides}

    def opens_a_slot(self, start: datetime, grid: int) -> bool:
        local = start.astimezone(self._zone)
        shown = local.replace(tzinfo=None, fold=0)
        if local.fold or not self.is_open_for_half_an_hour(start):
            return False
        return (shown - self._begin(shown)) % timedelta(minutes=grid) == timedelta(0)

    def is_open_for_half_an_hour(self, start: datetime) -> bool:
        """In one stretch: what the clocks skip or repeat in it is part of it."""
        walls = [(start + n * FIVE_MINUTES).astimezone(self._zone) for n in range(6)]
        shown = [each.replace(tzinfo=None, fold=0) for each in walls]
        low, high = min(shown), max(shown)
        between = [low + n * FIVE_MINUTES for n in range((high - low) // FIVE_MINUTES + 1)]
        return all(self._is_open(each) for each in between)

    def _begin(self, shown: datetime) -> datetime:
        midnight = shown.replace(hour=0, minute=0)
        while self._is_open(shown - FIVE_MINUTES) and shown > midnight - 7 * A_DAY:
            shown -= FIVE_MINUTES
        return shown

    def _is_open(self, shown: datetime) -> bool:
        day, minute = shown.date(), shown.hour * 60 + shown.minute
        own = any(
            _minutes(each.starts) <= minute < _minutes(each.ends)
            or (_minutes(each.ends) <= _minutes(each.starts) <= minute)
            for each in self._of(day)
        )
        return own or (
            day not in self._overrides
            and any(
                minute < _minutes(each.ends) <= _minutes(each.starts)
                for each in self._of(day - A_DAY)
            )
        )

    def _of(self, day: date) -> Sequence[Hours | Stretch]:
        weekly = self._weekly[EVERY_DAY[day.weekday()]]
        return self._overrides.get(day, weekly)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


@given(ZONES, sensible_hours(), st.dates(date(2005, 1, 1), date(2037, 1, 1)))
@settings(max_examples=60)
def test_slots_come_in_order_and_none_twice(
    time_zone: str, hours: tuple[Hours, ...], day: date
) -> None:
    starting_from = datetime.combine(day, time(), UTC)
    slots = list(OpeningHours(time_zone, hours).slots(starting_from, starting_from + 8 * A_DAY))
    assert all(earlier < later for earlier, later in pairwise(slots))


# A grid finer or wider than a slot is long


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (15, ["09:00", "09:15", "09:30", "09:45", "10:00", "10:15"]),
        (30, ["09:00", "09:30", "10:00"]),
        (60, ["09:00", "10:00"]),
    ],
)
def test_the_grid_says_where_slots_start_and_each_ends_within_the_hours(
    grid: int, expected: list[str]
) -> None:
    hours = OpeningHours("UTC", (on("monday", "09:00", "10:45"),), grid_minutes=grid)
    assert [f"{each:%H:%M}" for each in hours.slots(MONDAY, MONDAY + A_DAY)] == expected


# Midnight, and stretches that touch


def week_of(*hours: Hours, **given: Any) -> list[str]:
    slots = OpeningHours(given.pop("time_zone", "UTC"), hours, **given).slots(
        MONDAY, MONDAY + 7 * A_DAY
    )
    return [f"{each:%d %H:%M}" for each in slots]


def test_stretches_that_touch_at_midnight_are_one() -> None:
    hours = on("monday", "22:45", "24:00"), on("tuesday", "00:00", "01:15")
    expected = ["02 22:45", "02 23:15", "02 23:45", "03 00:15", "03 00:45"]
    assert week_of(*hours) == expected
    assert week_of(on("monday", "22:45", "01:15")) == expected


def test_stretches_that_touch_within_a_day_are_one_however_they_were_given() -> None:
    hours = on("monday", "09:45", "10:30"), on("monday", "09:00", "09:45")
    assert week_of(*hours) == ["02 09:00", "02 09:30", "02 10:00"]


def test_hours_may_pass_midnight_from_week_to_week() -> None:
    assert week_of(on("sunday", "23:00", "00:30")) == ["02 00:00", "08 23:00", "08 23:30"]


def test_hours_that_end_at_the_next_days_midnight_end_with_the_day() -> None:
    assert week_of(on("monday", "23:00", "00:00")) == ["02 23:00", "02 23:30"]


def test_a_date_that_differs_says_all_about_itself() -> None:
    nightly = tuple(on(day, "23:00", "00:30") for day in EVERY_DAY)
    evening = DateOverride(day=date(2026, 3, 4), hours=[Stretch(starts="23:30", ends="01:00")])
    closed = DateOverride(day=date(2026, 3, 6))
    found = week_of(*nightly, overrides=(evening, closed))
    assert [each for each in found if "03 12:00" < each < "07 12:00"] == [
        "03 23:00",
        "03 23:30",
        "04 23:30",
        "05 00:00",
        "05 00:30",
        "05 23:00",
        "05 23:30",
    ]


def test_hours_around_the_clock_have_a_slot_every_half_hour() -> None:
    assert len(week_of(*(on(day, "00:00", "24:00") for day in EVERY_DAY))) == 7 * 48


def test_a_grid_goes_on_past_midnight_for_a_week() -> None:
    hours = tuple(on(day, "00:00", "24:00") for day in EVERY_DAY)
    begins = DateOverride(day=date(2026, 2, 28), hours=[Stretch(starts="10:10", ends="24:00")])
    found = week_of(*hours, overrides=(begins,), grid_minutes=60)
    assert {each[-2:] for each in found if each < "07 24:00"} == {"10"}
    assert {each[-2:] for each in found if each > "07 24:00"} == {"00"}


def test_what_passes_midnight_ends_there_where_another_zone_begins() -> None:
    found = week_of(
        *(on(day, "23:00", "01:00") for day in EVERY_DAY), stays=(a_stay(4, 4, "Asia/Tokyo"),)
    )
    # 23:00 in Tokyo is 14:00 UTC
    assert [each for each in found if "03 12:00" < each < "06"] == [
        "04 14:00",
        "04 14:30",
        "05 23:00",
        "05 23:30",
    ]


# Dates that differ


def test_a_date_may_have_other_hours_than_its_weekday() -> None:
    other = DateOverride(day=MONDAY.date(), hours=[Stretch(starts="20:00", ends="21:00")])
    hours = OpeningHours("UTC", (on("monday", "09:00", "10:00"),), overrides=(other,))
    slots = list(hours.slots(MONDAY, MONDAY + 8 * A_DAY))
    assert [f"{each:%d %H:%M}" for each in slots] == [
        "02 20:00",
        "02 20:30",
        "09 09:00",
        "09 09:30",
    ]


def test_a_date_may_be_closed() -> None:
    closed = DateOverride(day=MONDAY.date())
    hours = OpeningHours("UTC", (on("monday", "09:00", "09:30"),), overrides=(closed,))
    assert [each.day for each in hours.slots(MONDAY, MONDAY + 8 * A_DAY)] == [9]


# Stays in another zone


def a_stay(first: int, last: int, zone: str) -> Stay:
    return Stay(first_day=date(2026, 3, first), last_day=date(2026, 3, last), time_zone=zone)


def test_while_away_hours_are_meant_in_the_zone_of_the_stay() -> None:
    hours = OpeningHours(
        "Europe/Berlin",
        tuple(on(day, "09:00", "09:30") for day in EVERY_DAY),
        stays=(a_stay(4, 5, "Asia/Tokyo"),),
    )
    slots = hours.slots(MONDAY, MONDAY + 5 * A_DAY)
    assert [f"{each:%d %H:%M}" for each in slots] == [
        "02 08:00",
        "03 08:00",
        "04 00:00",
        "05 00:00",
        "06 08:00",
    ]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_where_two_zones_meet_no_moment_belongs_to_two_dates(zone: str) -> None:
    hours = OpeningHours(
        "Europe/Berlin",
        tuple(on(day, "00:00", "24:00") for day in EVERY_DAY),
        stays=(a_stay(4, 5, zone),),
    )
    slots = list(hours.slots(MONDAY, MONDAY + 7 * A_DAY))
    assert all(later - earlier >= SLOT for earlier, later in pairwise(slots))
    assert {hours.day_of(each) for each in slots} >= {date(2026, 3, n) for n in (3, 4, 5, 6)}


def test_during_a_stay_a_day_ends_at_its_midnight() -> None:
    hours = OpeningHours("Europe/Berlin", (), stays=(a_stay(4, 5, "Asia/Tokyo"),))
    # midnight in Tokyo is 15:00 UTC, in Berlin 23:00
    ends = [hours.day_ends(datetime(2026, 3, day, 12, tzinfo=UTC)) for day in (2, 3, 4, 5, 6)]
    assert [f"{each:%d %H:%M}" for each in ends] == [
        "02 23:00",
        "03 15:00",
        "04 15:00",
        "05 15:00",
        "06 23:00",
    ]


@given(
    ZONES,
    ZONES,
    st.integers(3, 5),
    st.integers(0, 2),
    st.integers(0, 7 * 24 * 60),
    st.floats(0, 0.999),
)
def test_until_a_day_ends_the_date_stays_the_same(
    home: str, elsewhere: str, first: int, more: int, minutes: int, share: float
) -> None:
    hours = OpeningHours(home, (), stays=(a_stay(first, first + more, elsewhere),))
    moment = MONDAY + minutes * A_MINUTE
    ends = hours.day_ends(moment)
    assert moment < ends
    assert hours.day_of(moment) == hours.day_of(moment + share * (ends - moment))


# Every zone, every change of its clocks from 2020 to 2040


def test_there_are_changes_to_be_tried() -> None:
    assert len(CHANGES) > 1000
    assert len(KINDS_OF_CHANGE) > 20


@pytest.mark.parametrize("grid", [15, 30, 60])
def test_around_each_kind_of_clock_change_slots_are_just_what_the_wall_clock_shows(
    grid: int,
) -> None:
    """Whatever the hours: those that last all day, and those that end or begin at the change."""
    for zone_name, moment in KINDS_OF_CHANGE:
        for opens, closes in _stretches_at(moment, ZoneInfo(zone_name)):
            _slots_are_what_the_wall_clock_shows(zone_name, moment, opens, closes, grid)


def test_around_each_change_of_clocks_slots_of_all_day_are_just_what_the_wall_clock_shows() -> None:
    for zone_name, moment in CHANGES:
        midnight = datetime.combine(moment.astimezone(ZoneInfo(zone_name)), time())
        _slots_are_what_the_wall_clock_shows(zone_name, moment, midnight, midnight + A_DAY, 30)


def _slots_are_what_the_wall_clock_shows(
    zone_name: str, moment: datetime, opens: datetime, closes: datetime, grid: int
) -> None:
    walls = _walls_around(moment, ZoneInfo(zone_name))
    override = DateOverride(day=opens.date(), hours=[_as_stretch(opens, closes)])
    hours = OpeningHours(zone_name, (), overrides=(override,), grid_minutes=grid)
    slots = list(hours.slots(moment - AROUND, moment + AROUND))
    expected = [
        start
        for start in _fives(moment - AROUND, moment + AROUND)
        if _starts_on_grid(walls[start], opens, closes, grid)
        and _all_its_minutes_are_open(start, walls, opens, closes)
    ]
    assert slots == expected, (zone_name, moment, opens, closes)


AROUND = timedelta(minutes=90)


def _fives(starting_from: datetime, until: datetime) -> Iterator[datetime]:
    """Each time in between at which a clock may show a multiple of five minutes."""
    moment = starting_from
    while moment < until:
        yield moment
        moment += FIVE_MINUTES


def _walls_around(moment: datetime, zone: ZoneInfo) -> dict[datetime, datetime]:
    """What the wall clock shows at each minute."""
    minutes = (moment - AROUND + n * A_MINUTE for n in range(2 * 90 + 30))
    return {each: each.astimezone(zone) for each in minutes}


def _stretches_at(moment: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Naive local times: both dates that the change touches, all day; hours that end 5, 15 and
    25 minutes after the time that is skipped or repeated, and hours that begin inside of it."""
    resumes = moment.astimezone(zone).replace(tzinfo=None)
    stops = (moment - A_MINUTE).astimezone(zone).replace(tzinfo=None) + A_MINUTE
    first, last = min(resumes, stops), max(resumes, stops)
    for day in {first.date(), (last - A_MINUTE).date(), last.date()}:
        midnight = datetime.combine(day, time())
        yield midnight, midnight + A_DAY
        for minutes in (5, 15, 25):
            for opens, closes in (
                (first - timedelta(minutes=45), last + timedelta(minutes=minutes)),
                (first + timedelta(minutes=minutes), last + timedelta(minutes=minutes)),
                (first + timedelta(minutes=minutes), last + AROUND),
            ):
                within = max(opens, midnight), min(closes, midnight + A_DAY)
                if within[0] < within[1]:
                    yield within


def _as_stretch(opens: datetime, closes: datetime) -> Stretch:
    ends = "24:00" if closes.date() > opens.date() else f"{closes:%H:%M}"
    return Stretch(starts=f"{opens:%H:%M}", ends=ends)


def _starts_on_grid(wall: datetime, opens: datetime, closes: datetime, grid: int) -> bool:
    local = wall.replace(tzinfo=None)
    on_grid = (local - opens) % timedelta(minutes=grid) == timedelta(0)
    return wall.fold == 0 and on_grid and opens <= local < closes


def _all_its_minutes_are_open(
    start: datetime, walls: dict[datetime, datetime], opens: datetime, closes: datetime
) -> bool:
    minutes = (walls[start + n * A_MINUTE].replace(tzinfo=None) for n in range(30))
    return all(opens <= each < closes for each in minutes)
