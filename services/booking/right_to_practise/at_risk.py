"""The list of consultations at risk, for admins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.pagination import Page, PageQuery, by_time
from contracts.booking.at_risk import ConsultationAtRisk
from contracts.profiles.right_to_practise import Standing
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.right_to_practise.queries import at_risk


def page_at_risk(session: Session, page: PageQuery, now: datetime) -> Page[ConsultationAtRisk]:
    """One page of consultations at risk, the soonest first."""
    found = by_time(
        session, at_risk(now), Consultation.starts_at, Consultation.id, page, lambda row: row
    )
    specialists = {each.specialist_id for each in found.items}
    calendars = select(Calendar).where(Calendar.specialist_id.in_(specialists))
    of = {each.specialist_id: each for each in session.scalars(calendars)}
    return Page(
        items=[_resource(each, of[each.specialist_id]) for each in found.items], next=found.next
    )


def _resource(consultation: Consultation, calendar: Calendar) -> ConsultationAtRisk:
    return ConsultationAtRisk(
        id=consultation.id,
        specialist_id=consultation.specialist_id,
        client_id=consultation.client_id,
        starts_at=consultation.starts_at,
        ends_at=consultation.ends_at,
        cause=Standing(calendar.standing),
        since=calendar.standing_since,
        cancels_at=consultation.cancels_at,
    )
