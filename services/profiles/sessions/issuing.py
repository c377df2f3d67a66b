"""What a session is given when it begins and each time that it is refreshed."""

from __future__ import annotations

import secrets
from datetime import datetime

from chassis.sealing import Seal
from chassis.transaction import Transaction
from contracts.profiles import sessions as contract
from services.profiles.accounts.accounts import Account
from services.profiles.second_factors.second_factors import has_second_factor
from services.profiles.sessions.sessions import RefreshToken, Session
from services.profiles.sessions.signing_keys import signing_key
from services.profiles.sessions.tokens import LIFETIME, access_token

REFRESH_TOKEN_BYTES = 32


def issue(
    tx: Transaction, seal: Seal, account: Account, session: Session, now: datetime
) -> contract.Session:
    """An access token with the account's roles as they are now, and the next refresh token."""
    refresh_token = secrets.token_urlsafe(REFRESH_TOKEN_BYTES)
    tx.add(RefreshToken.of(refresh_token, session.id, now))
    caller = account.as_caller(has_second_factor(tx, account.id), session.id)
    return contract.Session(
        access_token=access_token(signing_key(tx, seal, now), caller, now),
        refresh_token=refresh_token,
        token_type="Bearer",
        expires_in=int(LIFETIME.total_seconds()),
    )
