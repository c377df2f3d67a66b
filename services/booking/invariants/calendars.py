"""Invariants of calendars: limits are kept, and next slots are hours without busy times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.booking.availability.calendars import (
    COUNTED_BACK,
    LOOK_AT_THE_HORIZON_EVERY,
    Calendar,
)
from services.booking.availability.limits import month_of, week_of
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTING
from services.booking.invariants.breaches import Breach


class Counted(NamedTuple):
    """A consultation that counts in limits: its start, and when it was booked."""

    starts_at: datetime
    booked_at: datetime


def of_calendar(session: Session, specialist_id: UUID, now: datetime) -> Iterator[Breach]:
    calendar = session.get(Calendar, specialist_id)
    if calendar is None:  # erased meanwhile
        return
    for name in _over_limits(session, calendar, now):
        yield Breach(name, (specialist_id,))
    if _knows_another_next_slot(session, calendar, now):
        yield Breach("next slots are the first free times", (specialist_id,))


def _over_limits(session: Session, calendar: Calendar, now: datetime) -> Iterator[str]:
    """Limits hold for what was booked after they were set: earlier bookings stay, and can move
    within their day, week or month."""
    if not calendar.limits.any or calendar.opened_at is None:
        return
    counted = _counted(session, calendar.specialist_id, now)
    for name, limit, part_of in (
        ("the daily limit is kept", calendar.most_per_day, _itself),
        ("the weekly limit is kept", calendar.most_per_week, week_of),
        ("the monthly budget is kept", calendar.monthly_budget, month_of),
    ):
        if limit is not None and _is_over(limit, part_of, calendar, counted):
            yield name


def _counted(session: Session, specialist_id: UUID, now: datetime) -> list[Counted]:
    query = select(Consultation.starts_at, Consultation.booked_at).where(
        Consultation.specialist_id == specialist_id,
        Consultation.status.in_(COUNTING),
        Consultation.starts_at > now - COUNTED_BACK,
    )
    return [Counted(*row) for row in session.execute(query)]


def _is_over(
    limit: int, part_of: Callable[[date], date], calendar: Calendar, counted: Sequence[Counted]
) -> bool:
    hours, opened_at = calendar.opening_hours, calendar.opened_at
    parts: dict[date, list[Counted]] = defaultdict(list)
    for each in counted:
        parts[part_of(hours.day_of(each.starts_at))].append(each)
    return opened_at is not None and any(
        len(together) > limit and any(each.booked_at > opened_at for each in together)
        for together in parts.values()
    )


def _itself(day: date) -> date:
    return day


def _knows_another_next_slot(session: Session, calendar: Calendar, now: datetime) -> bool:
    """Whether the announced next slot is wrong. Calendars that are due for a review, or that
    change meanwhile, are skipped."""
    if calendar.review_at is None or calendar.review_at <= now:
        return False
    specialist_id, revision = calendar.specialist_id, calendar.revision
    # without a slot at that time, one may have come over the horizon since
    seen_at = calendar.review_at - LOOK_AT_THE_HORIZON_EVERY
    announced = calendar.announced_slots
    as_of = now if announced else seen_at
    booked = busy_times(session, specialist_id, as_of).without_holds()
    found = calendar.next_free(booked, as_of)
    # where there were fewer than three, others may have come over the horizon
    if calendar.next_slot_at == next(iter(announced), None) and (
        found[: len(announced)] == announced if announced else not found
    ):
        return False
    still = select(Calendar.revision).where(Calendar.specialist_id == specialist_id)
    return session.scalar(still) == revision
