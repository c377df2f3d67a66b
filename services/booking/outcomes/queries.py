"""Queries of outcomes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from chassis.database.transaction import Transaction
from contracts.booking.consultations import Party
from contracts.booking.outcomes import Wish
from services.booking.consultations.consultations import Consultation
from services.booking.outcomes.outcomes import Outcome, to_ask


def outcome_of(session: Session, consultation_id: UUID, account_id: UUID) -> Outcome | None:
    return session.scalar(
        select(Outcome).where(
            Outcome.consultation_id == consultation_id, Outcome.account_id == account_id
        )
    )


def still_to_ask(tx: Transaction, consultation: Consultation) -> list[Party]:
    """The sides that may be asked what they want; none where one of the accounts was erased."""
    if any(map(tx.is_erased, map(consultation.account_of, Party))):
        return []
    given = tx.scalars(select(Outcome).where(Outcome.consultation_id == consultation.id))
    return to_ask({consultation.party(each.account_id): Wish(each.wish) for each in given})


def outcomes_of(account_id: UUID) -> Select[Outcome]:
    """The account's own outcomes, the oldest first."""
    return select(Outcome).where(Outcome.account_id == account_id).order_by(Outcome.id)
