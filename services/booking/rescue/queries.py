"""Who might stand in for a specialist."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from services.booking.availability.calendars import Calendar
from services.booking.rescue.facts import Facts


def might_rescue(
    specialist_id: UUID, until: datetime, limit: int
) -> Select[Facts, datetime | None]:
    """Others with a free slot by then: the featured first, and the soonest."""
    return (
        select(Facts, Calendar.next_slot_at)
        .join(Calendar, Calendar.specialist_id == Facts.specialist_id)
        .where(
            Facts.specialist_id != specialist_id,
            Calendar.listed.is_(True),
            Calendar.offers_free_consultations.is_(True),
            Calendar.next_slot_at <= until,
        )
        .order_by(Facts.featured.desc(), Calendar.next_slot_at)
        .limit(limit)
    )
