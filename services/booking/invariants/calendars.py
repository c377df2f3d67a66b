"""What must be true of calendars: limits are kept, and slots are hours less what is booked."""

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
    """When a consultation that counts takes place, and when it was booked."""

    starts_at: datetime
    booked_at: datetime


def of_calendar(session: Session, specialist_id: UUID, now: datetime) -> Iterator[Breach]:
    calendar = session.get(Calendar, specialist_id)
    if calendar is None:  # erased meanwhile
        return
    for name in _over_limits(session, calendar, now):
        yield Breach(name, (specialist_id,))
    if _knows_another_next_slot(session, calendar, now):
        yield Breach("the next slot is the first of hours less what is booked", (specialist_id,))


def _over_limits(session: Session, calendar: Calendar, now: datetime) -> Iterator[str]:
    """Limits hold for what was booked under them: a lower one leaves what was before, and lets it
    move within its day, week or month."""
    if not calendar.limits.any or calendar.opened_at is None:
        return
    counted = _counted(session, calendar.specialist_id, now)
    for name, limit, part_of in (
        ("as many a day as the specialist takes on", calendar.most_per_day, _itself),
        ("as many a week as the specialist takes on", calendar.most_per_week, week_of),
        ("as many a month as the specialist offers", calendar.monthly_budget, month_of),
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
    """What a clock is about to look at is left to it, and what changes meanwhile to who changes
    it."""
    if calendar.review_at is None or calendar.review_at <= now:
        return False
    specialist_id, revision = calendar.specialist_id, calendar.revision
    # where there was none, one may have come over the horizon since that was seen
    seen_at = calendar.review_at - LOOK_AT_THE_HORIZON_EVERY
    told = calendar.told_slots
    as_of = now if told else seen_at
    booked = busy_times(session, specialist_id, as_of).without_holds()
    found = calendar.next_free(booked, as_of)
    # where there were few, others may have come over the horizon
    if calendar.next_slot_at == next(iter(told), None) and (
        found[: len(told)] == told if told else not found
    ):
        return False
    still = select(Calendar.revision).where(Calendar.specialist_id == specialist_id)
    return session.scalar(still) == revision
