"""Accounts as former releases left them, put into the table."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import argon2

from chassis.database.database import Database
from chassis.idempotency.keys import outside_call
from chassis.ids import new_id
from chassis.times import utc_now
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account
from services.profiles.preferences.preferences import Preferences
from tests.profiles.builders import NOTHING_CHOSEN
from tests.profiles.signing_in import PASSWORD


def put_account(
    store: Database | Database,
    email: str,
    password: str = PASSWORD,
    confirmed: bool = True,
    days_old: int = 0,
    hasher: argon2.PasswordHasher | None = None,
) -> UUID:
    """An account that is stored with just this address, and with the hash of just this text."""
    made_at = utc_now() - timedelta(days=days_old)
    account = Account(
        id=new_id(),
        email=email,
        display_name="Sam",
        password_hash=(hasher or passwords._hasher).hash(password),
        roles=["client"],
        created_at=made_at,
        verified_at=made_at if confirmed else None,
    )
    with outside_call(), store.transaction() as tx:
        tx.add_all([account, Preferences.at_sign_up(account.id, NOTHING_CHOSEN)])
        return account.id
