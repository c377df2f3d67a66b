"""Accounts by their address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.profiles.accounts.accounts import Account, normalised


def account_with(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email == normalised(email)))
