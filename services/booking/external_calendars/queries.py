"""Queries of external calendars: those to read, and a specialist's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from contracts.booking import external_calendars as contract
from services.booking.availability.calendars import Calendar
from services.booking.availability.external_busy_times import BusyTime
from services.booking.availability.opening_hours import SLOT
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import OF_ANY_STATUS
from services.booking.external_calendars.external_calendars import (
    NO_SUCH_CALENDAR,
    ExternalCalendar,
)


def due(now: datetime) -> Select[UUID]:
    """Ids of calendars to read, the longest due first, in turns: no specialist's second calendar
    before the first of all others, so that slow ones of one specialist delay no other. Only those
    of specialists who can be booked: others have no slots to block."""
    turn = func.row_number().over(
        partition_by=ExternalCalendar.specialist_id,
        order_by=(ExternalCalendar.due_at, ExternalCalendar.id),
    )
    found = (
        select(ExternalCalendar.id, ExternalCalendar.due_at, turn.label("turn"))
        .join(Calendar, Calendar.specialist_id == ExternalCalendar.specialist_id)
        .where(
            ExternalCalendar.due_at <= now,
            Calendar.listed.is_(True),
            Calendar.offers_free_consultations.is_(True),
        )
        .subquery()
    )
    return select(found.c.id).order_by(found.c.turn, found.c.due_at)


def consultations_since(specialist_id: UUID, since: datetime) -> Select[UUID]:
    """Ids of consultations that the specialist may have imported into an external calendar."""
    return select(Consultation.id).where(
        Consultation.specialist_id == specialist_id,
        OF_ANY_STATUS,
        Consultation.starts_at > since - SLOT,
    )


def calendars_of(specialist_id: UUID) -> Select[ExternalCalendar]:
    """A specialist's calendars, the oldest first."""
    return (
        select(ExternalCalendar)
        .where(ExternalCalendar.specialist_id == specialist_id)
        .order_by(ExternalCalendar.id)
    )


def own_calendar(session: Session, calendar_id: UUID, specialist_id: UUID) -> ExternalCalendar:
    """One of the specialist's calendars. Raises ``NotFound``."""
    calendar = session.get(ExternalCalendar, calendar_id)
    if calendar is None:
        raise NotFound(NO_SUCH_CALENDAR)
    calendar.require_of(specialist_id)
    return calendar


def resource_of(
    session: Session, calendar: ExternalCalendar, now: datetime
) -> contract.ExternalCalendar:
    """As its owner sees it."""
    [resource] = _resources(session, [calendar], now)
    return resource


def resources_of(
    session: Session, specialist_id: UUID, now: datetime
) -> list[contract.ExternalCalendar]:
    """As their owner sees them, the oldest first."""
    return _resources(session, session.scalars(calendars_of(specialist_id)).all(), now)


def _resources(
    session: Session, calendars: Sequence[ExternalCalendar], now: datetime
) -> list[contract.ExternalCalendar]:
    ids = [each.id for each in calendars]
    ahead = (
        select(BusyTime.calendar_id, func.count())
        .where(BusyTime.calendar_id.in_(ids), BusyTime.ends_at > now)
        .group_by(BusyTime.calendar_id)
    )
    busy = dict(session.execute(ahead).all())
    here = {each.specialist_id: session.get(Calendar, each.specialist_id) for each in calendars}
    return [each.to_resource(busy.get(each.id, 0), here[each.specialist_id]) for each in calendars]
