"""Reads about calendars elsewhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from contracts.booking import outside as contract
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.outside.busy_times import BusyTime
from services.booking.outside.outside_calendars import OutsideCalendar


def due(now: datetime) -> Select[UUID]:
    """Whose calendars are to be read, who waits longest first. Only theirs who can be booked:
    nobody else has slots to block."""
    return (
        select(OutsideCalendar.specialist_id)
        .join(Calendar, Calendar.specialist_id == OutsideCalendar.specialist_id)
        .where(
            OutsideCalendar.due_at <= now,
            Calendar.listed.is_(True),
            Calendar.offers_free_consultations.is_(True),
        )
        .order_by(OutsideCalendar.due_at)
    )


def consultations_since(specialist_id: UUID, since: datetime) -> Select[UUID]:
    """Ids of what the specialist may have taken over into a calendar elsewhere."""
    return select(Consultation.id).where(
        Consultation.specialist_id == specialist_id, Consultation.ends_at > since
    )


def resource_of(session: Session, specialist_id: UUID, now: datetime) -> contract.OutsideCalendar:
    """As its owner sees it; raises ``NotFound``."""
    found = outside_calendar_of(session, specialist_id, now)
    if found is None:
        raise NotFound(f"{specialist_id} has given no calendar elsewhere")
    return found


def outside_calendar_of(
    session: Session, specialist_id: UUID, now: datetime
) -> contract.OutsideCalendar | None:
    """As its owner sees it, where they gave one."""
    calendar = session.get(OutsideCalendar, specialist_id)
    if calendar is None:
        return None
    blocking = select(func.count()).where(
        BusyTime.specialist_id == specialist_id, BusyTime.ends_at > now
    )
    return calendar.to_resource(session.scalar(blocking) or 0)
