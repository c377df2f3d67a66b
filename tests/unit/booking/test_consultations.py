"""A free initial consultation: who may book it, when, and what it never has."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import DomainError, NotFound, Unauthenticated
from chassis.ids import new_id
from contracts.booking import consultations as contract
from contracts.booking.consultations import (
    AlreadyBooked,
    CancellationReason,
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationStatus,
    NotBooked,
    NotListed,
    OverlappingBooking,
    OwnProfile,
    Party,
    SlotNotOffered,
    SlotTaken,
    TooManyBookings,
    TooSoon,
)
from contracts.catalogue import MODULES
from services.booking.availability.busy import Busy
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from tests.booking.builders import MONDAY, a_calendar, at, busy_at

NINE = at("09:00")


def booked(starts_at: datetime = NINE) -> tuple[Consultation, ConsultationBooked]:
    return Consultation.book(a_calendar(), new_id(), starts_at, Busy(), [], MONDAY)


def test_a_consultation_takes_30_minutes() -> None:
    consultation, event = booked()
    assert consultation.ends_at - consultation.starts_at == timedelta(minutes=30)
    assert event.ends_at - event.starts_at == timedelta(minutes=30)


def test_booking_tells_who_meets_whom_and_when() -> None:
    calendar, client_id = a_calendar(), new_id()
    consultation, event = Consultation.book(
        calendar, client_id, at("09:00"), Busy(), [], now=MONDAY
    )
    assert event == ConsultationBooked(
        consultation_id=consultation.id,
        version=1,
        client_id=client_id,
        specialist_id=calendar.specialist_id,
        starts_at=at("09:00"),
        ends_at=at("09:30"),
        time_zone="UTC",
        meeting_address=None,
        meeting_link=None,
    )
    assert consultation.to_resource(client_id) == contract.Consultation(
        id=consultation.id,
        specialist_id=calendar.specialist_id,
        client_id=client_id,
        starts_at=at("09:00"),
        ends_at=at("09:30"),
        time_zone="UTC",
        status=ConsultationStatus.BOOKED,
        booked_at=MONDAY,
        attendance_until=at("09:30") + timedelta(hours=48),
        meeting_link_shown_from=at("08:50"),
    )


def test_a_time_asked_for_in_another_zone_is_kept_and_told_in_utc() -> None:
    summer_in_berlin = timezone(timedelta(hours=2))
    consultation, event = booked(at("09:00").astimezone(summer_in_berlin))
    for moment in (consultation.starts_at, consultation.ends_at, event.starts_at, event.ends_at):
        assert moment.tzinfo is UTC
    assert event.starts_at == at("09:00")


OBSTACLES: dict[str, type[DomainError]] = {
    "it is their own profile": OwnProfile,
    "they met before": AlreadyBooked,
    "the specialist is not listed": NotListed,
    "the slot is too soon": TooSoon,
    "the slot is not offered": SlotNotOffered,
    "the slot is taken": SlotTaken,
    "the client is elsewhere then": OverlappingBooking,
    "the client has three open bookings": TooManyBookings,
}


def book_against(*obstacles: str) -> Consultation:
    calendar = a_calendar(listed="the specialist is not listed" not in obstacles, notice_hours=2)
    starts_at = at("09:30") if "the slot is too soon" in obstacles else at("12:30")
    if "the slot is not offered" in obstacles:
        starts_at += timedelta(minutes=10)
    own = "it is their own profile" in obstacles
    consultation, _ = Consultation.book(
        calendar,
        client_id=calendar.specialist_id if own else new_id(),
        starts_at=starts_at,
        busy=busy_at(starts_at) if "the slot is taken" in obstacles else Busy(),
        bookings=list(_bookings(obstacles, calendar.specialist_id, starts_at)),
        now=MONDAY,
    )
    return consultation


def _bookings(
    obstacles: tuple[str, ...], specialist_id: UUID, starts_at: datetime
) -> Iterator[ClientBooking]:
    if "they met before" in obstacles:
        yield ClientBooking(
            new_id(), specialist_id, at("09:00", days_later=-7), ConsultationStatus.COMPLETED
        )
    if "the client is elsewhere then" in obstacles:
        yield ClientBooking(
            new_id(), new_id(), starts_at + timedelta(minutes=29), ConsultationStatus.BOOKED
        )
    if "the client has three open bookings" in obstacles:
        for days in (1, 2, 3):
            yield ClientBooking(
                new_id(), new_id(), at("09:00", days_later=days), ConsultationStatus.BOOKED
            )


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_each_obstacle_has_its_own_refusal(obstacle: str) -> None:
    with pytest.raises(OBSTACLES[obstacle]):
        book_against(obstacle)


@pytest.mark.parametrize("first", range(len(OBSTACLES)), ids=OBSTACLES)
def test_of_several_obstacles_the_first_is_told(first: int) -> None:
    obstacles = list(OBSTACLES)[first:]
    with pytest.raises(OBSTACLES[obstacles[0]]):
        book_against(*obstacles)


def test_nothing_stands_against_booking_when_nothing_does() -> None:
    assert book_against().status == ConsultationStatus.BOOKED


def test_three_meetings_that_are_over_and_that_nobody_closed_leave_room_for_another() -> None:
    ended = [MONDAY - timedelta(minutes=30) - timedelta(hours=each) for each in range(3)]
    over = [ClientBooking(new_id(), new_id(), each, ConsultationStatus.BOOKED) for each in ended]
    assert Consultation.book(a_calendar(), new_id(), NINE, Busy(), over, MONDAY)
    going_on = ClientBooking(
        new_id(), new_id(), MONDAY - timedelta(minutes=29), ConsultationStatus.BOOKED
    )
    with pytest.raises(TooManyBookings):
        Consultation.book(a_calendar(), new_id(), NINE, Busy(), [going_on] * 3, MONDAY)


@pytest.mark.parametrize("status", [ConsultationStatus.CANCELLED, ConsultationStatus.MISSED])
def test_a_consultation_that_was_not_held_does_not_stand_against_another(status: str) -> None:
    calendar = a_calendar()
    before = [ClientBooking(new_id(), calendar.specialist_id, at("09:00", days_later=-7), status)]
    assert Consultation.book(calendar, new_id(), NINE, Busy(), before, MONDAY)


def test_a_client_may_go_from_one_consultation_to_the_next() -> None:
    before = [ClientBooking(new_id(), new_id(), at("08:30"), ConsultationStatus.BOOKED)]
    assert Consultation.book(a_calendar(), new_id(), NINE, Busy(), before, MONDAY)


def test_the_two_whom_it_concerns_may_see_it() -> None:
    consultation, _ = booked()
    consultation.require_party(Caller(consultation.client_id))
    consultation.require_party(Caller(consultation.specialist_id))


def test_for_everybody_else_it_does_not_exist() -> None:
    consultation, _ = booked()
    with pytest.raises(NotFound):
        consultation.require_party(Caller(new_id(), frozenset(["admin"])))
    with pytest.raises(Unauthenticated):
        consultation.require_party(Caller())


MONEY = re.compile(r"price|fee|cost|amount|currency|pay|charge|invoice|money|discount|euro|dollar")


def test_nothing_in_booking_has_a_price() -> None:
    shapes = [
        shape
        for module in MODULES
        for _, shape in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(shape) and shape.__module__.startswith("contracts.booking.")
    ]
    names = [field.name for shape in shapes for field in dataclasses.fields(shape)]
    names += [column.name for column in Consultation.__table__.columns]
    assert contract.Consultation in shapes
    assert [name for name in names if MONEY.search(name.replace("feed", ""))] == []


# Cancelling


def test_of_a_cancelled_consultation_nobody_is_shown_where_it_was() -> None:
    consultation, event = booked()
    consultation.meeting_link, consultation.meeting_address = "https://meet.example/1", "A street"
    shown = consultation.to_resource(event.client_id)
    assert (shown.meeting_link, shown.meeting_address) == ("https://meet.example/1", "A street")
    consultation.cancel(Party.SPECIALIST, None, MONDAY)
    shown = consultation.to_resource(event.client_id)
    assert (shown.meeting_link, shown.meeting_address) == (None, None)


@pytest.mark.parametrize("by", list(Party))
def test_a_cancelled_consultation_says_so_with_a_newer_version(by: Party) -> None:
    consultation, event = booked()
    cancelled = consultation.cancel(by, CancellationReason.ACCOUNT_ERASED, MONDAY)
    assert cancelled == ConsultationCancelled(
        consultation_id=consultation.id,
        version=event.version + 1,
        client_id=consultation.client_id,
        specialist_id=consultation.specialist_id,
        starts_at=NINE,
        time_zone="UTC",
        cancelled_by=by,
    )
    shown = consultation.to_resource(consultation.client_id)
    assert shown.status == ConsultationStatus.CANCELLED
    assert (shown.cancelled_at, shown.cancelled_by) == (MONDAY, by)
    assert shown.cancellation_reason == CancellationReason.ACCOUNT_ERASED


@pytest.mark.parametrize(
    "status", [each for each in ConsultationStatus if each is not ConsultationStatus.BOOKED]
)
def test_only_what_is_booked_can_be_cancelled(status: ConsultationStatus) -> None:
    consultation, _ = booked()
    consultation.status = status
    with pytest.raises(NotBooked, match=status):
        consultation.cancel(Party.CLIENT, CancellationReason.ACCOUNT_ERASED, MONDAY)
    assert (consultation.version, consultation.cancelled_at) == (1, None)


def test_each_party_knows_its_side() -> None:
    consultation, _ = booked()
    assert consultation.party(consultation.client_id) is Party.CLIENT
    assert consultation.party(consultation.specialist_id) is Party.SPECIALIST
