"""Issuing tokens: at log-in, and at each refresh."""

from __future__ import annotations

import secrets
from datetime import datetime

from chassis import context
from chassis.database.transaction import Transaction
from chassis.sealing import Seal
from contracts.profiles import sessions as contract
from contracts.profiles.sessions import TOKEN_LIFETIME
from services.profiles.accounts.accounts import Account
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.sessions.sessions import RefreshToken, Session
from services.profiles.sessions.signing_keys import signing_key
from services.profiles.sessions.tokens import access_token

REFRESH_TOKEN_BYTES = 32


def begin_session(
    tx: Transaction, seal: Seal, account: Account, now: datetime, second_factor: bool = False
) -> contract.Session:
    """Begin a session of an account that the transaction has locked; ``second_factor``: a code was
    shown. Raises ``Suspended``."""
    account.require_not_suspended()
    here, now = context.current(), account.tokens_good_from(now)
    session = Session.begin(account.id, here.address, here.agent, now, second_factor)
    tx.add(session)
    audit.record(tx, AuditedAction.SIGNED_IN, who=account.id, about=account.id)
    return issue(tx, seal, account, session, now)


def issue(
    tx: Transaction, seal: Seal, account: Account, session: Session, now: datetime
) -> contract.Session:
    """An access token with the account's present roles, and the next refresh token. The transaction
    has locked the account; ``now`` is the session's ``last_used_at``."""
    refresh_token = secrets.token_urlsafe(REFRESH_TOKEN_BYTES)
    tx.add(RefreshToken.of(refresh_token, session.id, now))
    caller = account.as_caller(session.second_factor, session.id)
    return contract.Session(
        access_token=access_token(signing_key(tx, seal, now), caller, now),
        refresh_token=refresh_token,
        token_type="Bearer",
        expires_in=int(TOKEN_LIFETIME.total_seconds()),
    )
