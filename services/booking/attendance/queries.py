"""The query of consultations to close."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from contracts.booking.consultations import ConsultationStatus
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.no_shows import ATTENDANCE_OPEN_FOR


def consultations_to_close(now: datetime) -> Select[UUID]:
    """Ids of consultations that ended 48 hours ago without an answer from either side."""
    return (
        select(Consultation.id)
        .where(
            Consultation.status == ConsultationStatus.BOOKED,
            Consultation.ends_at <= now - ATTENDANCE_OPEN_FOR,
        )
        .order_by(Consultation.ends_at)
    )
