"""Calendars and what is done with them, with the usual filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

from chassis.ids import new_id
from contracts.booking.availability import Availability, Hours, Weekday
from contracts.booking.consultations import ConsultationRescheduled, Party
from contracts.booking.slots import Slots, SlotsQuery
from contracts.profiles.right_to_practise import Standing
from services.booking.availability.busy import Busy, Interval
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.slots.listing import page_of_slots

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The time at which rules are tried: before the week's hours begin."""
EVERY_DAY: tuple[Weekday, ...] = get_args(Weekday)
HALF_AN_HOUR = timedelta(minutes=30)
TUESDAY = MONDAY + timedelta(days=1, hours=1)


def on(weekday: Weekday, starts: str, ends: str) -> Hours:
    return Hours(weekday=weekday, starts=starts, ends=ends)


def every_day(starts: str, ends: str) -> list[Hours]:
    return [on(day, starts, ends) for day in EVERY_DAY]


def an_availability(
    hours: list[Hours] | None = None,
    offers: bool = True,
    time_zone: str = "UTC",
    notice_hours: int = 12,
    horizon_days: int = 60,
    in_person_address: str | None = None,
    meeting_link: str | None = None,
) -> Availability:
    """Free consultations, every day from nine to five."""
    return Availability(
        offers_free_consultations=offers,
        time_zone=time_zone,
        hours=every_day("09:00", "17:00") if hours is None else hours,
        minimum_notice_hours=notice_hours,
        horizon_days=horizon_days,
        in_person_address=in_person_address,
        meeting_link=meeting_link,
    )


def a_calendar(
    hours: list[Hours] | None = None,
    listed: bool = True,
    offers: bool = True,
    time_zone: str = "UTC",
    notice_hours: int = 0,
    horizon_days: int = 60,
    next_slots: Sequence[datetime] = (),
    specialist_id: UUID | None = None,
    grid_minutes: int = 30,
    buffer_before_minutes: int = 0,
    buffer_after_minutes: int = 0,
    most_per_day: int | None = None,
    most_per_week: int | None = None,
    monthly_budget: int | None = None,
    paced: bool = False,
    cancellation_notice_hours: int = 12,
    in_person_address: str | None = None,
    sealed_meeting_link: str | None = "sealed",
) -> Calendar:
    """Of a listed specialist, every day from nine to five."""
    given = every_day("09:00", "17:00") if hours is None else hours
    return Calendar(
        specialist_id=specialist_id or new_id(),
        version=0,
        revision=0,
        listed=listed,
        listing_version=1 if listed else 0,
        standing=Standing.GOOD,
        standing_version=0,
        offers_free_consultations=offers,
        time_zone=time_zone,
        hours=[
            {"weekday": each.weekday, "starts": each.starts, "ends": each.ends} for each in given
        ],
        minimum_notice_hours=notice_hours,
        horizon_days=horizon_days,
        next_slot_at=next_slots[0] if next_slots else None,
        next_slots=[each.isoformat() for each in next_slots],
        overrides=[],
        stays=[],
        grid_minutes=grid_minutes,
        buffer_before_minutes=buffer_before_minutes,
        buffer_after_minutes=buffer_after_minutes,
        most_per_day=most_per_day,
        most_per_week=most_per_week,
        monthly_budget=monthly_budget,
        paced=paced,
        paused=False,
        cancellation_notice_hours=cancellation_notice_hours,
        in_person_address=in_person_address,
        sealed_meeting_link=sealed_meeting_link,
    )


def a_page_of_slots(starts: Sequence[datetime], query: SlotsQuery) -> Slots:
    """Of a specialist in UTC who sees clients online."""
    return page_of_slots(starts, query, notice_hours=12, own_time_zone="UTC", in_person=False)


def at(clock: str, days_later: int = 0) -> datetime:
    """A time of the Monday on which rules are tried, or of a day after it."""
    hour, minute = clock.split(":")
    return MONDAY.replace(hour=int(hour), minute=int(minute)) + timedelta(days=days_later)


NOT_BUSY = Busy()


def busy_at(
    *booked: datetime, held: Iterable[datetime] = (), elsewhere: Iterable[Interval] = ()
) -> Busy:
    """The busy times of a specialist with consultations that start at these times."""
    return Busy(frozenset(booked), frozenset(held), tuple(elsewhere))


def a_consultation(calendar: Calendar | None = None, starts_at: datetime = TUESDAY) -> Consultation:
    return Consultation.book(calendar or a_calendar(), new_id(), starts_at, Busy(), [], MONDAY)[0]


def moved(
    consultation: Consultation,
    starts_at: datetime,
    by: Party = Party.CLIENT,
    calendar: Calendar | None = None,
    busy: Busy = NOT_BUSY,
    bookings: Collection[ClientBooking] = (),
    now: datetime = MONDAY,
) -> ConsultationRescheduled:
    calendar = calendar or a_calendar(specialist_id=consultation.specialist_id)
    return consultation.reschedule(by, calendar, starts_at, busy, bookings, now)
