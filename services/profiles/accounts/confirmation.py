"""Confirmation of an address by a mailed link, which makes a sign-up an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from contracts.profiles.accounts import AlreadyVerified, LinkUsed
from contracts.profiles.preferences import Preferences as ChosenPreferences
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.link_tokens import MailLink
from services.profiles.accounts.queries import account_with, delete_sign_ups, unconfirmed
from services.profiles.accounts.sign_ups import PendingSignUp
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.consents.consents import Consent
from services.profiles.preferences.preferences import Preferences
from services.profiles.second_factors.second_factors import drop_second_factor
from services.profiles.sessions.revocations import end_sessions


def confirm(tx: Transaction, link: MailLink, now: datetime, password_hash: str | None) -> Account:
    """The account with its address confirmed; raises ``AlreadyVerified``, ``LinkUsed``."""
    tx.lock_name(f"sign-ups with {link.email}")
    waiting = waiting_for(tx, link, for_update=True)
    account, *events = waiting.confirm(now, password_hash)
    tx.add(account)
    if isinstance(waiting, PendingSignUp):
        tx.add_all(Consent.given(account.id, waiting.agreed_to, waiting.made_at))
        tx.add(Preferences.at_sign_up(account.id, preferences_of(tx, waiting)))
    tx.emit(*events)
    if account is waiting and password_hash is not None:
        drop_strangers_access(tx, account, now)
    delete_sign_ups(tx, account.email)
    audit.record(tx, AuditedAction.EMAIL_VERIFIED, who=account.id, about=account.id)
    return account


def waiting_for(
    session: Session, link: MailLink, for_update: bool = False
) -> PendingSignUp | Account:
    """The sign-up or the account that the link confirms; raises ``AlreadyVerified``,
    ``LinkUsed``."""
    waiting = unconfirmed(session, link.account_id, for_update)
    owner = account_with(session, link.email)
    if owner is not None and (waiting is None or isinstance(waiting, PendingSignUp)):
        raise AlreadyVerified
    if waiting is None:
        raise LinkUsed
    if isinstance(waiting, Account):
        waiting.require_fits(link)
    return waiting


def drop_strangers_access(tx: Transaction, account: Account, now: datetime) -> None:
    """End the sessions and drop the second factor of a possible stranger who signed up with the
    address."""
    end_sessions(tx, account.id, now)
    drop_second_factor(tx, account.id)


def preferences_of(tx: Transaction, whose: Account | PendingSignUp) -> ChosenPreferences:
    """The preferences of an account or a sign-up."""
    if isinstance(whose, PendingSignUp):
        return whose.preferences
    return tx.find(Preferences, whose.id).to_resource()


def account_of(tx: Transaction, link: MailLink) -> Account:
    """The account of a link, locked; raises ``LinkUsed`` where it is erased."""
    try:
        return tx.lock(Account, link.account_id)
    except NotFound:
        raise LinkUsed from None
