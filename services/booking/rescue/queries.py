"""The query of specialists who can stand in for another one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, select, true

from chassis.database.tables import elements_of
from services.booking.availability.calendars import Calendar
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.specialist_facts import SpecialistFacts


def possible_stand_ins(
    lost: LostConsultation, specialist_id: UUID, meant_for: datetime, until: datetime, limit: int
) -> Select[SpecialistFacts, Calendar]:
    """Specialists with a language and a topic in common and a free slot by ``until``: the featured
    first, then by their first slot after the lost time."""
    next_slot_at = Calendar.next_slot_at
    soonest = case((next_slot_at < meant_for, meant_for), else_=next_slot_at)
    return (
        select(SpecialistFacts, Calendar)
        .join(Calendar, Calendar.specialist_id == SpecialistFacts.specialist_id)
        .where(
            SpecialistFacts.specialist_id != specialist_id,
            Calendar.listed.is_(True),
            Calendar.offers_free_consultations.is_(True),
            next_slot_at <= until,
            _meets(SpecialistFacts.languages, lost.languages),
            _meets(SpecialistFacts.topics, lost.topics),
        )
        .order_by(
            SpecialistFacts.featured.desc(),
            soonest,
            next_slot_at.desc(),
            SpecialistFacts.specialist_id,
        )
        .limit(limit)
    )


def _meets(given: Any, wanted: Collection[str]) -> ColumnElement[bool]:
    """True where the client looked for nothing in particular."""
    if not wanted:
        return true()
    each = elements_of(given)
    return exists().where(each.in_(wanted))
