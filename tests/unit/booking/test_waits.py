"""Waiting for a time: who may, who is asked, when, and for how long it is theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.booking.availability import BadHours, UnknownTimeZone
from contracts.booking.consultations import (
    AlreadyBooked,
    ConsultationStatus,
    NoFreeConsultations,
    NotListed,
    OwnProfile,
)
from contracts.booking.waitlist import SlotsFree, TooManyWaits
from services.booking.consultations.client_limits import ClientBooking
from services.booking.holds.holds import Hold
from services.booking.waitlist.waits import Wait
from tests.booking.builders import MONDAY, a_calendar, at, on

TUESDAY = at("09:00", days_later=1)
LATER = at("15:00", days_later=1)
NO_NOTICE, TWO_HOURS = timedelta(0), timedelta(hours=2)


def joined(client_id: UUID | None = None, **given: Any) -> Wait:
    usual: dict[str, Any] = {
        "calendar": a_calendar(),
        "time_zone": "UTC",
        "wishes": [],
        "bookings": [],
        "others": 0,
        "free": [],
        "now": MONDAY,
    }
    return Wait.join(client_id=client_id or new_id(), **{**usual, **given})


def offer(
    wait: Wait,
    free: list[datetime] | None = None,
    holds: list[Hold] | None = None,
    bookings: list[ClientBooking] | None = None,
    notice: timedelta = NO_NOTICE,
    now: datetime = MONDAY,
) -> datetime | None:
    found = wait.offered(
        [TUESDAY] if free is None else free,
        holds or [],
        bookings or [],
        notice,
        now,
        "Europe/Berlin",
    )
    return None if found is None else found[0].starts_at


CALENDAR = a_calendar()


@pytest.mark.parametrize(
    ("refusal", "given"),
    [
        (OwnProfile, {"calendar": CALENDAR, "client_id": CALENDAR.specialist_id}),
        (NotListed, {"calendar": a_calendar(listed=False)}),
        (NoFreeConsultations, {"calendar": a_calendar(offers=False)}),
        (SlotsFree, {"free": [TUESDAY]}),
        (SlotsFree, {"free": [TUESDAY, LATER], "wishes": [on("tuesday", "15:00", "16:00")]}),
        (BadHours, {"wishes": [on("tuesday", "15:00", "15:00")]}),
        (TooManyWaits, {"others": 10}),
        (UnknownTimeZone, {"time_zone": "Mars/Olympus"}),
        (
            AlreadyBooked,
            {
                "calendar": CALENDAR,
                "bookings": [
                    ClientBooking(
                        new_id(), CALENDAR.specialist_id, TUESDAY, ConsultationStatus.COMPLETED
                    )
                ],
            },
        ),
    ],
)
def test_each_obstacle_to_waiting_has_its_own_refusal(
    refusal: type[DomainError], given: dict[str, Any]
) -> None:
    with pytest.raises(refusal):
        joined(**given)


@pytest.mark.parametrize(
    "unfit",
    [
        {"wishes": [on("tuesday", "09:10", "12:00")]},
        {"wishes": [on("monday", "09:00", "12:00")]},
        {"wishes": [on("tuesday", "09:00", "09:30")], "time_zone": "Europe/Berlin"},
        {"bookings": [ClientBooking(new_id(), new_id(), TUESDAY, ConsultationStatus.BOOKED)]},
    ],
)
def test_one_whom_no_free_time_fits_may_wait(unfit: dict[str, Any]) -> None:
    wait = joined(free=[TUESDAY], **unfit)
    assert offer(wait, bookings=unfit.get("bookings")) is None


def test_only_what_fits_is_offered() -> None:
    afternoon = joined(wishes=[on("tuesday", "14:00", "18:00")])
    assert offer(afternoon, [TUESDAY, LATER]) == LATER
    night = joined(wishes=[on("monday", "22:00", "10:00")])
    assert offer(night, [TUESDAY, LATER]) == TUESDAY


def test_a_free_time_is_held_for_two_hours() -> None:
    wait = joined()
    found = wait.offered([TUESDAY, LATER], [], [], NO_NOTICE, MONDAY, "Europe/Berlin")
    assert found is not None
    hold, event = found
    assert (hold.starts_at, hold.until) == (TUESDAY, MONDAY + TWO_HOURS)
    assert (event.client_id, event.specialist_id) == (wait.client_id, wait.specialist_id)
    assert (event.starts_at, event.held_until) == (TUESDAY, MONDAY + TWO_HOURS)


@pytest.mark.parametrize(
    ("zone", "clock", "asked"),
    [
        ("UTC", "07:59", False),
        ("UTC", "08:00", True),
        ("UTC", "19:00", True),
        ("UTC", "19:01", False),
        ("Asia/Kathmandu", "02:14", False),
        ("Asia/Kathmandu", "02:15", True),
        ("America/New_York", "12:59", False),
        ("America/New_York", "13:00", True),
    ],
)
def test_nobody_is_asked_so_that_their_time_to_answer_is_not_within_8_and_21_h(
    zone: str, clock: str, asked: bool
) -> None:
    assert joined(time_zone=zone).can_be_asked(at(clock)) == asked


def test_one_who_has_a_time_held_is_not_asked_for_another() -> None:
    wait = joined()
    held = Hold.of(wait.specialist_id, wait.client_id, TUESDAY, MONDAY + TWO_HOURS)
    assert offer(wait, [LATER], [held]) is None
    assert offer(wait, [LATER], [held], now=MONDAY + TWO_HOURS) == LATER


def test_nobody_is_asked_twice_for_one_time() -> None:
    wait = joined()
    held = Hold.of(wait.specialist_id, wait.client_id, TUESDAY, MONDAY + TWO_HOURS)
    assert offer(wait, [TUESDAY], [held], now=MONDAY + TWO_HOURS) is None
    assert offer(joined(), [TUESDAY], [held], now=MONDAY + TWO_HOURS) == TUESDAY


def test_nobody_is_asked_for_what_they_could_not_book() -> None:
    wait = joined()
    elsewhere = [ClientBooking(new_id(), new_id(), TUESDAY, ConsultationStatus.BOOKED)]
    assert offer(wait, [TUESDAY, LATER], bookings=elsewhere) == LATER
    full = [
        ClientBooking(new_id(), new_id(), at("09:00", days_later=each), ConsultationStatus.BOOKED)
        for each in (5, 6, 7)
    ]
    assert offer(wait, bookings=full) is None


def test_a_time_is_held_no_longer_than_it_can_be_booked() -> None:
    wait = joined()
    found = wait.offered([at("09:00")], [], [], NO_NOTICE, MONDAY, "Europe/Berlin")
    assert found is not None
    assert found[0].until == at("09:00")
    assert offer(wait, [at("09:00")], notice=timedelta(minutes=31)) is None
