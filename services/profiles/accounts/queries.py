"""Queries for accounts and sign-ups by address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from chassis.database.transaction import Transaction
from contracts.profiles.accounts import EmailTaken
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.link_tokens import LIFETIMES, Purpose
from services.profiles.accounts.sign_ups import PendingSignUp


def account_with(session: Session, email: str) -> Account | None:
    """The account that signs in with this address, in any spelling.

    Where old accounts share a key (``duplicates``), the one that is stored in this spelling; else
    the one with a confirmed address, else the oldest.
    """
    spelled = email.strip()
    return min(
        accounts_with(session, email),
        key=lambda each: (
            each.email != spelled,
            each.email != spelled.lower(),
            each.verified_at is None,
            each.created_at,
            each.id,
        ),
        default=None,
    )


def accounts_with(session: Session, email: str) -> list[Account]:
    """One account or none; several where old accounts share a key.

    It matches the stored address, too: during a rolling upgrade, processes of the former release
    write accounts without a key.
    """
    key, spelled = normalised(email), email.strip()
    stored_as = Account.email.in_({key, spelled, spelled.lower()})
    is_meant = or_(Account.email_key == key, stored_as)
    return list(session.scalars(select(Account).where(is_meant)))


def require_free(session: Session, email: str, but: UUID | None = None) -> None:
    """Raises ``EmailTaken`` where another account signs in with this address."""
    if any(each.id != but for each in accounts_with(session, email)):
        raise EmailTaken


def duplicates(session: Session) -> list[Account]:
    """Accounts that share an address's key, grouped by it."""
    meeting = (
        select(Account.email_key)
        .where(Account.email_key != "")
        .group_by(Account.email_key)
        .having(func.count() > 1)
    )
    ordered = (Account.email_key, Account.created_at, Account.id)
    return list(
        session.scalars(select(Account).where(Account.email_key.in_(meeting)).order_by(*ordered))
    )


def newest_sign_up(session: Session, email: str) -> PendingSignUp | None:
    """The newest unconfirmed sign-up with this address."""
    mine = select(PendingSignUp).where(PendingSignUp.email == normalised(email))
    return session.scalar(mine.order_by(PendingSignUp.id.desc()).limit(1))


def unconfirmed(
    session: Session, id: UUID, for_update: bool = False
) -> PendingSignUp | Account | None:
    """The sign-up with this id, or an unconfirmed account from before sign-ups had to be confirmed
    first."""
    pending = session.get(PendingSignUp, id, with_for_update=for_update)
    if pending is not None:
        return pending
    account = session.get(Account, id, with_for_update=for_update)
    return None if account is None or account.verified else account


def delete_sign_ups(tx: Transaction, email: str) -> None:
    """Delete all sign-ups with an address that an account has now, or whose account is erased."""
    tx.execute(
        delete(PendingSignUp).where(PendingSignUp.email == email),
        execution_options={"synchronize_session": False},
    )


def prune_email_changes(tx: Transaction, now: datetime) -> None:
    """Delete pending addresses whose link has expired."""
    expired = Account.pending_email_since < now - LIFETIMES[Purpose.CHANGE_OF_EMAIL]
    tx.execute(
        update(Account).where(expired).values(pending_email=None, pending_email_since=None),
        execution_options={"synchronize_session": False},
    )
