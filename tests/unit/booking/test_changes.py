"""Cancelling and moving a consultation: who may, until when, and what stands against it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.booking.consultations import (
    BudgetSpent,
    CancellationReason,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationStatus,
    DayFull,
    HasBegun,
    NotBooked,
    NoticeTooShort,
    OverlappingBooking,
    Party,
    SameTime,
    SlotTaken,
    TooSoon,
)
from contracts.booking.waitlist import SlotReleased
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from tests.booking.builders import (
    HALF_AN_HOUR,
    MONDAY,
    TUESDAY,
    a_calendar,
    a_consultation,
    at,
    busy_at,
    moved,
)

A_MOMENT = timedelta(seconds=1)


# Cancelling


@pytest.mark.parametrize("by", Party)
def test_either_side_cancels_and_is_named_in_the_event(by: Party) -> None:
    consultation = a_consultation()
    event = consultation.cancel(by, CancellationReason.OTHER, MONDAY)
    assert event == ConsultationCancelled(
        consultation_id=consultation.id,
        version=2,
        client_id=consultation.client_id,
        specialist_id=consultation.specialist_id,
        starts_at=TUESDAY,
        time_zone="UTC",
        cancelled_by=by,
    )
    assert consultation.status == ConsultationStatus.CANCELLED


def test_a_client_cancels_until_the_notice_that_they_saw_when_they_booked() -> None:
    calendar = a_calendar(cancellation_notice_hours=5)
    early, late = a_consultation(calendar), a_consultation(calendar)
    calendar.cancellation_notice_hours = 20
    limit = TUESDAY - timedelta(hours=5)
    with pytest.raises(NoticeTooShort, match="5 hours before"):
        late.cancel(Party.CLIENT, None, limit + A_MOMENT)
    assert late.status == ConsultationStatus.BOOKED
    assert early.cancel(Party.CLIENT, None, limit)


def test_a_specialist_cancels_until_it_begins() -> None:
    late, begun = a_consultation(), a_consultation()
    assert late.cancel(Party.SPECIALIST, None, TUESDAY - A_MOMENT)
    for by in Party:
        with pytest.raises(HasBegun):
            begun.cancel(by, None, TUESDAY)


def test_who_is_erased_gives_no_notice() -> None:
    erased = CancellationReason.ACCOUNT_ERASED
    assert a_consultation().cancel(Party.CLIENT, erased, TUESDAY - A_MOMENT)


@pytest.mark.parametrize("by", Party)
def test_what_is_cancelled_can_be_neither_cancelled_nor_moved(by: Party) -> None:
    consultation = a_consultation()
    consultation.cancel(Party.CLIENT, None, MONDAY)
    with pytest.raises(NotBooked):
        consultation.cancel(by, None, MONDAY)
    with pytest.raises(NotBooked):
        moved(consultation, at("10:00", days_later=1), by)


def test_the_reason_is_shown_to_whoever_gave_it_alone() -> None:
    consultation = a_consultation()
    consultation.cancel(Party.CLIENT, CancellationReason.FOUND_SOMEBODY_ELSE, MONDAY)
    seen = {
        each: consultation.to_resource(consultation.account_of(each)).cancellation_reason
        for each in Party
    }
    assert seen == {Party.CLIENT: "found_somebody_else", Party.SPECIALIST: None}


# The slot afterwards


def test_a_time_that_can_be_booked_again_is_told() -> None:
    calendar = a_calendar(notice_hours=12)
    assert calendar.released(TUESDAY, Busy(), MONDAY) == [
        SlotReleased(specialist_id=calendar.specialist_id, starts_at=TUESDAY)
    ]


@pytest.mark.parametrize(
    "calendar",
    [
        a_calendar(listed=False),
        a_calendar(offers=False),
        a_calendar(hours=[]),
        a_calendar(notice_hours=48),
    ],
    ids=["not listed", "offers none", "not in hours any more", "too soon"],
)
def test_a_time_that_nobody_can_book_is_not_told(calendar: Calendar) -> None:
    assert calendar.released(TUESDAY, Busy(), MONDAY) == []


# Moving


@pytest.mark.parametrize("by", Party)
def test_a_moved_consultation_keeps_its_id_and_its_version_grows(by: Party) -> None:
    consultation = a_consultation()
    id, ten = consultation.id, at("10:00", days_later=1)
    assert moved(consultation, ten, by) == ConsultationRescheduled(
        consultation_id=id,
        version=2,
        client_id=consultation.client_id,
        specialist_id=consultation.specialist_id,
        starts_at=ten,
        ends_at=ten + timedelta(minutes=30),
        previous_starts_at=TUESDAY,
        time_zone="UTC",
        meeting_address=None,
        meeting_link=None,
    )
    assert (consultation.id, consultation.version, consultation.starts_at) == (id, 2, ten)


def test_it_moves_into_its_own_old_half_hour_on_a_finer_grid() -> None:
    calendar = a_calendar(grid_minutes=15)
    consultation = a_consultation(calendar)
    assert moved(consultation, at("09:15", days_later=1), calendar=calendar)


def test_it_moves_within_a_month_and_a_day_that_it_filled_itself() -> None:
    calendar = a_calendar(most_per_day=1, monthly_budget=1)
    consultation = a_consultation(calendar)
    assert moved(consultation, at("10:00", days_later=1), calendar=calendar)


FULL = {"monthly_budget": BudgetSpent, "most_per_week": DayFull, "most_per_day": DayFull}


@pytest.mark.parametrize(("limit", "refusal"), FULL.items())
def test_a_limit_that_was_lowered_lets_it_move_within_what_it_fills_and_not_elsewhere(
    limit: str, refusal: type[DomainError]
) -> None:
    calendar = a_calendar(**{limit: 1})  # type: ignore[arg-type]
    next_month = at("09:00", days_later=31)
    others = [at("15:00", days_later=1), at("16:00", days_later=1), next_month]
    consultation = a_consultation()
    moved(consultation, at("10:00", days_later=1), calendar=calendar, busy=busy_at(*others))
    with pytest.raises(refusal):
        moved(consultation, next_month + HALF_AN_HOUR, calendar=calendar, busy=busy_at(*others))


def test_it_does_not_move_to_where_it_is() -> None:
    with pytest.raises(SameTime):
        moved(a_consultation(), TUESDAY)


def _elsewhere(starts_at: datetime) -> list[ClientBooking]:
    return [ClientBooking(new_id(), new_id(), starts_at, ConsultationStatus.BOOKED)]


TEN = at("10:00", days_later=1)


@pytest.mark.parametrize(
    ("refusal", "given"),
    [
        (SlotTaken, {"busy": busy_at(TEN)}),
        (OverlappingBooking, {"bookings": _elsewhere(TEN + timedelta(minutes=15))}),
        (TooSoon, {"calendar": a_calendar(notice_hours=48)}),
        (NoticeTooShort, {"now": TUESDAY - timedelta(hours=11)}),
        (HasBegun, {"now": TUESDAY}),
    ],
)
def test_what_stands_against_booking_a_time_stands_against_moving_there(
    refusal: type[DomainError], given: dict[str, object]
) -> None:
    consultation = a_consultation()
    with pytest.raises(refusal):
        moved(consultation, TEN, **given)  # type: ignore[arg-type]
    assert (consultation.starts_at, consultation.version) == (TUESDAY, 1)


def test_a_specialist_moves_it_at_short_notice_and_then_the_client_may_leave_at_any_time() -> None:
    consultation, calendar = a_consultation(), a_calendar(notice_hours=48)
    moved(consultation, TEN, Party.SPECIALIST, calendar, now=TUESDAY - timedelta(hours=1))
    assert consultation.cancel(Party.CLIENT, None, TEN - A_MOMENT)
