"""Calendars and what is done with them, with the usual filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

from chassis.ids import new_id
from contracts.booking import Availability, Hours, Weekday
from services.booking.calendars import Calendar

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The time at which rules are tried: before the week's hours begin."""
EVERY_DAY: tuple[Weekday, ...] = get_args(Weekday)
HALF_AN_HOUR = timedelta(minutes=30)


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
) -> Availability:
    """Free consultations, every day from nine to five."""
    return Availability(
        offers_free_consultations=offers,
        time_zone=time_zone,
        hours=every_day("09:00", "17:00") if hours is None else hours,
        minimum_notice_hours=notice_hours,
        horizon_days=horizon_days,
    )


def a_calendar(
    hours: list[Hours] | None = None,
    listed: bool = True,
    offers: bool = True,
    time_zone: str = "UTC",
    notice_hours: int = 0,
    horizon_days: int = 60,
    next_slot_at: datetime | None = None,
    specialist_id: UUID | None = None,
) -> Calendar:
    """Of a listed specialist, every day from nine to five."""
    given = every_day("09:00", "17:00") if hours is None else hours
    return Calendar(
        specialist_id=specialist_id or new_id(),
        version=0,
        listed=listed,
        listing_version=1 if listed else 0,
        offers_free_consultations=offers,
        time_zone=time_zone,
        hours=[
            {"weekday": each.weekday, "starts": each.starts, "ends": each.ends} for each in given
        ],
        minimum_notice_hours=notice_hours,
        horizon_days=horizon_days,
        next_slot_at=next_slot_at,
    )


def at(clock: str, days_later: int = 0) -> datetime:
    """A time of the Monday on which rules are tried, or of a day after it."""
    hour, minute = clock.split(":")
    return MONDAY.replace(hour=int(hour), minute=int(minute)) + timedelta(days=days_later)
