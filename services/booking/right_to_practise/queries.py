"""Which consultations the end of a right to practise concerns."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_ahead


def concerned(specialist_id: UUID, now: datetime) -> Select[Consultation]:
    """Those with a specialist that lie ahead, or of which something is kept that the end of the
    right deletes; locked in the order in which everybody locks them."""
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


def undecided(now: datetime) -> Select[UUID]:
    """Ids of consultations at risk that no admin decided in time, the longest due first."""
    return (
        select(Consultation.id)
        .where(Consultation.cancels_at <= now)
        .order_by(Consultation.cancels_at)
    )
