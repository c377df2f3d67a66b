"""What must be true of consultations, whatever happened: as queries that find where it is not.

The rules that keep it so are the aggregates'; this looks at what is kept, and trusts none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from contracts.booking import ConsultationStatus, Party
from services.booking.availability.calendars import COUNTED_BACK, Calendar
from services.booking.availability.limits import month_of, week_of
from services.booking.consultations.clients import OPEN_AT_ONCE
from services.booking.consultations.consultations import Consultation
from services.booking.holds.holds import Hold

SHOWN = 100
"""So many breaches of one invariant are named; one is too many."""
TAKING_TIME = (
    ConsultationStatus.BOOKED,
    ConsultationStatus.COMPLETED,
    ConsultationStatus.MISSED,
)


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold, and of what: ids of accounts and consultations."""

    invariant: str
    about: tuple[UUID, ...]


def breaches(session: Session, now: datetime) -> list[Breach]:
    """All that is found to be wrong; nothing, as long as the platform keeps its promises."""
    found = [
        Breach(name, tuple(row))
        for name, query in QUERIES.items()
        for row in session.execute(query.limit(SHOWN))
    ]
    return [*found, *_over_limits(session, now)]


def _overlapping(whose: str, statuses: tuple[ConsultationStatus, ...]) -> Select[UUID, UUID]:
    one, other = aliased(Consultation), aliased(Consultation)
    return select(one.id, other.id).where(
        getattr(one, whose) == getattr(other, whose),
        one.id < other.id,
        one.starts_at < other.ends_at,
        other.starts_at < one.ends_at,
        one.status.in_(statuses),
        other.status.in_(statuses),
    )


def _had(consultation: type[Consultation]) -> ColumnElement[bool]:
    """It counts as the free one of its pair."""
    return or_(
        consultation.status.in_((ConsultationStatus.BOOKED, ConsultationStatus.COMPLETED)),
        and_(
            consultation.status == ConsultationStatus.MISSED,
            consultation.missed_by == Party.CLIENT,
        ),
    )


BOOKED = Consultation.status == ConsultationStatus.BOOKED
MISSED = Consultation.status == ConsultationStatus.MISSED
CANCELLED = Consultation.status == ConsultationStatus.CANCELLED
NEXT = Calendar.next_slot_at

QUERIES: dict[str, Select[*tuple[UUID, ...]]] = {
    "no overlap for a specialist": _overlapping("specialist_id", TAKING_TIME),
    "no overlap for a client": _overlapping("client_id", (ConsultationStatus.BOOKED,)),
    "one free consultation for each pair": (
        select(Consultation.client_id, Consultation.specialist_id)
        .where(_had(Consultation))
        .group_by(Consultation.client_id, Consultation.specialist_id)
        .having(func.count() > 1)
    ),
    "few open bookings for a client": (
        select(Consultation.client_id)
        .where(BOOKED)
        .group_by(Consultation.client_id)
        .having(func.count() > OPEN_AT_ONCE)
    ),
    "the next slot is not taken": (
        select(Calendar.specialist_id, Consultation.id)
        .join(Consultation, Consultation.specialist_id == Calendar.specialist_id)
        .where(BOOKED, Consultation.starts_at <= NEXT, Consultation.ends_at > NEXT)
    ),
    "what is held for one is booked by nobody else": (
        select(Hold.id, Consultation.id)
        .join(Consultation, Consultation.specialist_id == Hold.specialist_id)
        .where(
            BOOKED,
            Hold.ended.is_(False),
            Hold.client_id != Consultation.client_id,
            Consultation.starts_at <= Hold.starts_at,
            Consultation.ends_at > Hold.starts_at,
            func.coalesce(Consultation.rescheduled_at, Consultation.booked_at) < Hold.until,
        )
    ),
    "nobody meets themselves": (
        select(Consultation.id).where(Consultation.client_id == Consultation.specialist_id)
    ),
    "what was missed was missed by somebody, and nothing else was": (
        select(Consultation.id).where(
            or_(
                and_(MISSED, Consultation.missed_by.is_(None)),
                and_(~MISSED, Consultation.missed_by.is_not(None)),
            )
        )
    ),
    "what was cancelled was cancelled by somebody, and nothing else was": (
        select(Consultation.id).where(
            or_(
                and_(CANCELLED, Consultation.cancelled_by.is_(None)),
                and_(~CANCELLED, Consultation.cancelled_by.is_not(None)),
            )
        )
    ),
}


def _over_limits(session: Session, now: datetime) -> Iterator[Breach]:
    """Limits hold for what was booked under them: a lower one leaves what was before."""
    query = (
        select(Calendar, Consultation)
        .join(Consultation, Consultation.specialist_id == Calendar.specialist_id)
        .where(
            or_(
                Calendar.most_per_day.is_not(None),
                Calendar.most_per_week.is_not(None),
                Calendar.monthly_budget.is_not(None),
            ),
            Consultation.status.in_(TAKING_TIME),
            Consultation.starts_at > now - COUNTED_BACK,
        )
    )
    by_calendar: dict[Calendar, list[Consultation]] = defaultdict(list)
    for calendar, consultation in session.execute(query):
        by_calendar[calendar].append(consultation)
    for calendar, consultations in by_calendar.items():
        for name, limit, part_of in (
            ("as many a day as the specialist takes on", calendar.most_per_day, _itself),
            ("as many a week as the specialist takes on", calendar.most_per_week, week_of),
            ("as many a month as the specialist offers", calendar.monthly_budget, month_of),
        ):
            if limit is not None and _is_over(limit, part_of, calendar, consultations):
                yield Breach(name, (calendar.specialist_id,))


def _is_over(
    limit: int,
    part_of: Callable[[date], date],
    calendar: Calendar,
    consultations: list[Consultation],
) -> bool:
    hours = calendar.opening_hours
    parts: dict[date, list[Consultation]] = defaultdict(list)
    for each in consultations:
        parts[part_of(hours.day_of(each.starts_at))].append(each)
    return any(
        len(together) > limit and any(_is_under(calendar, each) for each in together)
        for together in parts.values()
    )


def _is_under(calendar: Calendar, consultation: Consultation) -> bool:
    """Whether it was booked under the limits that hold now; what was booked before and moved
    since may have stayed in its day, week or month."""
    return calendar.opened_at is not None and consultation.booked_at > calendar.opened_at


def _itself(day: date) -> date:
    return day
