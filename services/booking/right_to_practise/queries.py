"""Queries of the consultations that the end of a right to practise affects."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from contracts.booking.consultations import ConsultationStatus
from services.booking.availability.calendars import Calendar
from services.booking.availability.right_to_practise import IN_DOUBT
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_ahead


def concerned(specialist_id: UUID, now: datetime) -> Select[Consultation]:
    """A specialist's consultations that lie ahead, or have a note or a decision to clear. Locked
    by id, the order of ``consultations.locking``."""
    ahead = consultations_ahead(specialist_id, now).with_only_columns(Consultation.id)
    return (
        select(Consultation)
        .where(
            Consultation.specialist_id == specialist_id,
            or_(
                Consultation.id.in_(ahead.order_by(None)),
                Consultation.sealed_note.is_not(None),
                Consultation.cancels_at.is_not(None),
            ),
        )
        .order_by(Consultation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def at_risk(now: datetime) -> Select[Consultation]:
    """Consultations ahead with specialists whose right to practise is in doubt."""
    in_doubt = select(Calendar.specialist_id).where(IN_DOUBT)
    return select(Consultation).where(
        Consultation.specialist_id.in_(in_doubt),
        Consultation.status == ConsultationStatus.BOOKED,
        Consultation.starts_at > now,
    )


def undecided(now: datetime) -> Select[UUID]:
    """Ids of consultations that are due to be cancelled, the longest due first."""
    return (
        select(Consultation.id)
        .where(Consultation.cancels_at <= now)
        .order_by(Consultation.cancels_at)
    )
