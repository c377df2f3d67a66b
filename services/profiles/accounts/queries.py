"""Accounts and sign-ups by their address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.transaction import Transaction
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.links import LIFETIMES, Purpose
from services.profiles.accounts.sign_ups import KEPT, PendingSignUp


def account_with(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email == normalised(email)))


def newest_sign_up(session: Session, email: str) -> PendingSignUp | None:
    """The last sign-up with this address that is not confirmed yet."""
    mine = select(PendingSignUp).where(PendingSignUp.email == normalised(email))
    return session.scalar(mine.order_by(PendingSignUp.id.desc()).limit(1))


def unconfirmed(
    session: Session, id: UUID, for_update: bool = False
) -> PendingSignUp | Account | None:
    """What a link with this id can confirm: a sign-up, or an account from before sign-ups had to
    be confirmed first."""
    pending = session.get(PendingSignUp, id, with_for_update=for_update)
    if pending is not None:
        return pending
    account = session.get(Account, id, with_for_update=for_update)
    return None if account is None or account.verified else account


def forget_sign_ups(tx: Transaction, email: str) -> None:
    """An account has the address now, or is erased."""
    tx.execute(
        delete(PendingSignUp).where(PendingSignUp.email == email),
        execution_options={"synchronize_session": False},
    )


def forget_expired(tx: Transaction, now: datetime) -> None:
    """Sign-ups that were not confirmed, and changes of address whose link expired."""
    tx.execute(
        delete(PendingSignUp).where(PendingSignUp.made_at < now - KEPT),
        execution_options={"synchronize_session": False},
    )
    expired = Account.pending_email_since < now - LIFETIMES[Purpose.CHANGE_OF_EMAIL]
    tx.execute(
        update(Account).where(expired).values(pending_email=None, pending_email_since=None),
        execution_options={"synchronize_session": False},
    )
