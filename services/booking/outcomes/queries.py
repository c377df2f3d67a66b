"""What was said of consultations."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.booking.outcomes.outcomes import Outcome


def outcome_of(session: Session, consultation_id: UUID, account_id: UUID) -> Outcome | None:
    return session.scalar(
        select(Outcome).where(
            Outcome.consultation_id == consultation_id, Outcome.account_id == account_id
        )
    )


def outcomes_of(account_id: UUID) -> Select[Outcome]:
    """What they said themselves, the oldest first."""
    return select(Outcome).where(Outcome.account_id == account_id).order_by(Outcome.id)
