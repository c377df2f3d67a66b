"""What profiles holds on an account: where it stands, how it is shown, and that it can go."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.transaction import Transaction
from contracts.profiles.privacy import ProfilesData
from services.profiles.accounts.accounts import Account
from services.profiles.specialists.specialists import Specialist

HOLDINGS: tuple[InstrumentedAttribute[UUID], ...] = (Specialist.id, Account.id)
"""The column that bears the account's id in each table that says something about a person: the
account itself comes last. A test finds the table that is missing here."""


def erase(tx: Transaction, account_id: UUID) -> None:
    """Delete all of it; harmless to repeat."""
    for owner in HOLDINGS:
        tx.execute(delete(owner.class_).where(owner == account_id))


def exported(session: Session, account: Account) -> ProfilesData:
    specialist = session.get(Specialist, account.id)
    written = specialist is not None and specialist.written
    return ProfilesData(
        account=account.to_resource(),
        specialist=specialist.to_resource() if specialist is not None and written else None,
    )
