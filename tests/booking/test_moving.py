"""Where a consultation can be moved: what is listed is just what moving takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.context import Caller
from chassis.errors import DomainError, NotFound
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking.consultations import ConsultationStatus, NoticeTooShort, Party
from contracts.booking.slots import Slots, SlotsQuery
from services.booking.availability.busy import Busy, Interval
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import (
    HALF_AN_HOUR,
    MONDAY,
    a_calendar,
    an_availability,
    at,
    busy_at,
    every_day,
    on,
)
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    book,
    cancel,
    reschedule,
    slots_of,
)
from tests.booking.waitlist_steps import hold_instead
from tests.support.service_client import Talking

QUARTER = timedelta(minutes=15)
PERIOD = MONDAY - timedelta(hours=8), MONDAY + timedelta(days=5)
ON_THE_GRID = [PERIOD[0] + n * QUARTER for n in range((PERIOD[1] - PERIOD[0]) // QUARTER)]
TIMES = st.builds(
    lambda day, quarter: at("09:00", days_later=day) + quarter * QUARTER,
    st.integers(0, 3),
    st.integers(0, 20),
)


def booked(calendar: Calendar, starts_at: datetime) -> Consultation:
    return Consultation(
        id=new_id(),
        version=1,
        specialist_id=calendar.specialist_id,
        client_id=new_id(),
        starts_at=starts_at,
        ends_at=starts_at + HALF_AN_HOUR,
        status=ConsultationStatus.BOOKED,
        booked_at=MONDAY,
        notice_hours=0,
    )


def can_be_moved(
    calendar: Calendar,
    start: datetime,
    by: Party,
    busy: Busy,
    bookings: Collection[ClientBooking],
    to: datetime,
) -> bool:
    try:
        booked(calendar, start).reschedule(by, calendar, to, busy, bookings, MONDAY)
    except DomainError:
        return False
    return True


@given(
    start=TIMES,
    others=st.sets(TIMES, max_size=4),
    held=st.sets(TIMES, max_size=2),
    elsewhere=st.lists(TIMES, max_size=2),
    of_client=st.lists(TIMES, max_size=2),
    by=st.sampled_from(Party),
    grid=st.sampled_from([15, 30, 60]),
    buffer=st.sampled_from([0, 20]),
    notice=st.sampled_from([0, 3, 30]),
    per_day=st.sampled_from([None, 1, 2]),
    per_week=st.sampled_from([None, 2]),
    budget=st.sampled_from([None, 1, 5]),
)
@settings(max_examples=60)
def test_each_time_that_is_listed_can_be_moved_to_and_no_other_on_the_grid(
    start: datetime,
    others: set[datetime],
    held: set[datetime],
    elsewhere: list[datetime],
    of_client: list[datetime],
    by: Party,
    grid: int,
    buffer: int,
    notice: int,
    per_day: int | None,
    per_week: int | None,
    budget: int | None,
) -> None:
    calendar = a_calendar(
        every_day("09:00", "14:00"),
        grid_minutes=grid,
        buffer_after_minutes=buffer,
        notice_hours=notice,
        horizon_days=4,
        most_per_day=per_day,
        most_per_week=per_week,
        monthly_budget=budget,
        paced=True,
    )
    intervals = [Interval(each, each + QUARTER) for each in sorted(set(elsewhere))]
    busy = busy_at(*(others - {start}), held=held, elsewhere=intervals)
    bookings = [
        ClientBooking(new_id(), new_id(), each, ConsultationStatus.BOOKED) for each in of_client
    ]
    listed = booked(calendar, start).times_to_move_to(by, calendar, busy, bookings, PERIOD, MONDAY)
    assert listed == [
        each for each in ON_THE_GRID if can_be_moved(calendar, start, by, busy, bookings, each)
    ]


def where_to(
    booking: Talking, who: Caller, consultation: object, query: SlotsQuery | None = None
) -> list[datetime]:
    answer = booking.asked_by(who).list_slots_to_move_to(
        consultation_id=consultation, query=query or SlotsQuery()
    )
    return [each.starts_at for each in load(Slots, answer, Reading.WIRE).items]


def test_a_full_day_shows_nobody_a_slot_but_both_sides_where_it_can_be_moved(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    hours = [on(THAT_WEEKDAY, "09:00", "10:30")]
    one_a_day = replace(an_availability(hours=hours, horizon_days=5), most_per_day=1)
    booking.asked_by(specialist).set_availability(availability=one_a_day)
    [first, second, third] = slots_of(booking, specialist)
    consultation = book(booking, client, specialist, first)
    assert slots_of(booking, specialist) == []
    for side in (client, specialist):
        assert where_to(booking, side, consultation.id) == [second, third]
        shown = where_to(booking, side, consultation.id, SlotsQuery(limit=1))
        assert shown == [second]
    hold_instead(booking, specialist, a_client(), third)
    assert where_to(booking, client, consultation.id) == [second]
    reschedule(booking, client, consultation.id, second)
    assert where_to(booking, client, consultation.id) == [first]


def test_a_specialist_sees_times_within_their_own_notice(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    hours = [on(THAT_WEEKDAY, "00:00", "01:00")]
    booking.asked_by(specialist).set_availability(
        availability=an_availability(hours=hours, notice_hours=14 * 24, horizon_days=5)
    )
    assert where_to(booking, client, consultation.id) == []
    assert where_to(booking, specialist, consultation.id) == [IN_THREE_DAYS + HALF_AN_HOUR]


def test_what_can_not_be_moved_says_why_and_for_others_is_not_there(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    consultation = book(booking, client, specialist, slots_of(booking, specialist)[0])
    with pytest.raises(NotFound):
        where_to(booking, a_client(), consultation.id)
    with pytest.raises(NotFound):
        where_to(booking, client, new_id())
    cancel(booking, client, consultation.id)
    with pytest.raises(DomainError) as refusal:
        where_to(booking, client, consultation.id)
    assert refusal.value.code == "not_booked"


def test_within_the_cancellation_notice_a_client_is_told_so() -> None:
    calendar = a_calendar()
    late = booked(calendar, at("10:00"))
    late.notice_hours = 12
    with pytest.raises(NoticeTooShort):
        late.times_to_move_to(Party.CLIENT, calendar, Busy(), [], PERIOD, MONDAY)
