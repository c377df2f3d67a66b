"""Queries for featured specialists, and for records that the facts contradict."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from contracts.profiles.specialists import SpecialistStatus
from services.profiles.featuring.rule import SOON
from services.profiles.specialists.specialists import Specialist


def featured_ids() -> Select[UUID]:
    return select(Specialist.id).where(Specialist.featured.is_(True)).order_by(Specialist.id)


def featured_of(ids: Collection[UUID]) -> Select[Specialist]:
    """The featured ones of these specialists."""
    return select(Specialist).where(Specialist.id.in_(ids), Specialist.featured.is_(True))


def featuring_untrue(now: datetime) -> Select[UUID]:
    """Ids of specialists whose ``featured`` contradicts the facts."""
    true_now = and_(
        Specialist.status == SpecialistStatus.LISTED,
        verified(now),
        Specialist.offers_free_consultations.is_(True),
        Specialist.next_slot_at.is_not(None),
        Specialist.next_slot_at.between(now, now + SOON),
    )
    return select(Specialist.id).where(
        or_(
            and_(Specialist.featured.is_(True), not_(true_now)),
            and_(Specialist.featured.is_(False), true_now),
        )
    )


def verified(now: datetime) -> ColumnElement[bool]:
    """``Specialist.verified_at``, in SQL."""
    today = now.astimezone(UTC).date()
    return and_(Specialist.verified_until.is_not(None), Specialist.verified_until > today)
