"""Queries of calendars: which are due for a review, and facts of a single one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from contracts.profiles.right_to_practise import Standing
from services.booking.availability.calendars import Calendar


def calendars_to_review(now: datetime) -> Select[UUID]:
    """Ids of calendars that offer free consultations and whose next slot may have passed."""
    return select(Calendar.specialist_id).where(
        Calendar.offers_free_consultations.is_(True),
        or_(Calendar.review_at.is_(None), Calendar.review_at < now),
    )


def calendars_without_place() -> Select[UUID]:
    """Ids of calendars that offer free consultations but have no place for them."""
    return select(Calendar.specialist_id).where(
        Calendar.offers_free_consultations.is_(True),
        Calendar.in_person_address.is_(None),
        Calendar.sealed_meeting_link.is_(None),
    )


def sealed_meeting_link_of(specialist_id: UUID) -> Select[str | None]:
    return select(Calendar.sealed_meeting_link).where(Calendar.specialist_id == specialist_id)


def may_practise(session: Session, account_id: UUID) -> bool:
    """Whether the account may practise, as far as booking knows."""
    standing = select(Calendar.standing).where(Calendar.specialist_id == account_id)
    return Standing(session.scalar(standing) or Standing.GOOD).may_practise
