"""Reads that are more than a get."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from contracts.booking import ConsultationStatus
from services.booking.availability import SLOT
from services.booking.calendars import Calendar
from services.booking.consultations import Consultation

BOOKED_TIMES = select(Consultation.starts_at).where(
    Consultation.specialist_id == bindparam("specialist_id"),
    Consultation.status == ConsultationStatus.BOOKED,
    Consultation.starts_at > bindparam("since"),
)
HAD_CONSULTATION = select(Consultation.id).where(
    Consultation.client_id == bindparam("client_id"),
    Consultation.specialist_id == bindparam("specialist_id"),
    Consultation.status.in_([ConsultationStatus.BOOKED, ConsultationStatus.COMPLETED]),
)


def booked_times(session: Session, specialist_id: UUID, now: datetime) -> set[datetime]:
    """When the specialist's booked consultations start, from now on."""
    given = {"specialist_id": specialist_id, "since": now - SLOT}
    return set(session.scalars(BOOKED_TIMES, given))


def had_consultation(session: Session, client_id: UUID, specialist_id: UUID) -> bool:
    """Whether these two have booked, or held, a consultation."""
    given = {"client_id": client_id, "specialist_id": specialist_id}
    return session.scalar(HAD_CONSULTATION, given) is not None


def consultations_of(account_id: UUID) -> Select[Consultation]:
    """Both sides of the table see the consultation."""
    return select(Consultation).where(
        or_(Consultation.client_id == account_id, Consultation.specialist_id == account_id)
    )


def consultations_ahead(account_id: UUID, now: datetime) -> Select[Consultation]:
    """Booked ones that have not begun, with this account on either side, in one order for all
    who lock them."""
    return (
        consultations_of(account_id)
        .where(Consultation.status == ConsultationStatus.BOOKED, Consultation.starts_at > now)
        .order_by(Consultation.specialist_id, Consultation.starts_at)
    )


def calendars_to_review(now: datetime) -> Select[UUID]:
    """Ids of calendars that offer free consultations and whose next slot may have passed."""
    return select(Calendar.specialist_id).where(
        Calendar.offers_free_consultations.is_(True),
        or_(Calendar.review_at.is_(None), Calendar.review_at < now),
    )
