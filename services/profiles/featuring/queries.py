"""Reads that are more than a get."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from contracts.profiles.specialists import SpecialistStatus
from services.profiles.featuring.facts import SOON
from services.profiles.specialists.specialists import Specialist


def featuring_in_doubt(now: datetime) -> Select[UUID]:
    """Ids of specialists whose ``featured`` and next slot, as time goes, may disagree."""
    today = now.astimezone(UTC).date()
    unverified = or_(Specialist.verified_until.is_(None), Specialist.verified_until <= today)
    passed = or_(Specialist.next_slot_at.is_(None), Specialist.next_slot_at < now)
    came_near = and_(
        Specialist.status == SpecialistStatus.LISTED,
        Specialist.verified_until > today,
        Specialist.offers_free_consultations.is_(True),
        Specialist.next_slot_at.between(now, now + SOON),
    )
    return select(Specialist.id).where(
        or_(
            and_(Specialist.featured.is_(True), or_(passed, unverified)),
            and_(Specialist.featured.is_(False), came_near),
        )
    )
