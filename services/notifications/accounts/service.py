"""Mails and notices about sign-ups and accounts: the subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.messaging.subscribe import subscribe
from chassis.times import utc_now
from contracts.half_hours import HeldHalfHour
from contracts.profiles.accounts import (
    AccountRegistered,
    AccountRestored,
    AccountSuspended,
    DisplayNameChanged,
    EmailChanged,
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    PasswordChanged,
    PasswordResetRequested,
    RolesChanged,
)
from contracts.profiles.second_factors import (
    RecoveryCodesRenewed,
    SecondFactorAdded,
    SecondFactorRemoved,
    WrongCodesEntered,
)
from contracts.profiles.sessions import SignedOutByOperator
from contracts.profiles.specialists import SpecialistListed, SpecialistUpdated
from services.notifications import dependencies
from services.notifications.accounts import letters
from services.notifications.accounts.recipients import Recipient
from services.notifications.letters import Wording
from services.notifications.notify import notify, send_once
from services.notifications.readers import Reader, reader_of


class Accounts:
    links = dependencies.links

    @subscribe(AccountRegistered)
    def remember_address(self, event: AccountRegistered, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_registration(event)

    @subscribe(RolesChanged)
    def remember_roles(self, event: RolesChanged, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_roles(event)
        _notify(tx, event.account_id, partial(letters.roles_changed, roles=event.roles))

    @subscribe(DisplayNameChanged)
    def remember_display_name(self, event: DisplayNameChanged, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_display_name(event)

    @subscribe(SpecialistListed)
    def remember_public_name(self, event: SpecialistListed, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.specialist_id).learn_public_name(event)

    @subscribe(SpecialistUpdated)
    def remember_new_public_name(self, event: SpecialistUpdated, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.specialist_id).learn_public_name(event)

    @subscribe(EmailVerificationRequested)
    def mail_verification(self, event: EmailVerificationRequested, tx: Transaction) -> None:
        """Mail the link in the language of the sign-up: there is no account yet."""
        reader, now = Reader.preferring(event.account_id, event), utc_now()
        link = self.links.read_in(reader.language).verify_email(event.token)
        letter = letters.verify_email(reader, link, _still_held(event.half_hour, now))
        send_once(tx, reader, event.email, letter, now)

    @subscribe(KnownAddressSignedUp)
    def mail_known_address(self, event: KnownAddressSignedUp, tx: Transaction) -> None:
        """Mail the owner of the account in place of the link. No notice: any visitor can cause
        it."""
        reader, now = reader_of(tx, event.account_id), utc_now()
        letter = letters.known_address(reader, _still_held(event.half_hour, now))
        send_once(tx, reader, event.email, letter, now)

    @subscribe(EmailChangeRequested)
    def mail_email_change(self, event: EmailChangeRequested, tx: Transaction) -> None:
        """Mail the link to the new address, and a link that stops the change to the present one."""
        reader, now = reader_of(tx, event.account_id), utc_now()
        links = self.links.read_in(reader.language)
        link = links.verify_email(event.token)
        stop = links.stop_email_change(event.stop_token)
        send_once(tx, reader, event.email, letters.change_email(reader, link), now)
        letter = letters.email_change_requested(reader, stop)
        send_once(tx, reader, event.present_email, letter, now)

    @subscribe(PasswordResetRequested)
    def mail_reset(self, event: PasswordResetRequested, tx: Transaction) -> None:
        reader = reader_of(tx, event.account_id)
        link = self.links.read_in(reader.language).reset_password(event.token)
        letter = letters.reset_password(reader, link)
        send_once(tx, reader, event.email, letter, utc_now())

    @subscribe(PasswordChanged)
    def tell_of_password(self, event: PasswordChanged, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.password_changed)

    @subscribe(EmailChanged)
    def tell_of_address(self, event: EmailChanged, tx: Transaction) -> None:
        """Mail the former address, too, since its owner has to know."""
        tx.lock_or_create(Recipient, event.account_id).learn_email(event)
        _notify(tx, event.account_id, letters.email_changed, address=event.previous_email)

    @subscribe(SecondFactorAdded)
    def tell_of_second_factor(self, event: SecondFactorAdded, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.second_factor_added)

    @subscribe(SecondFactorRemoved)
    def tell_of_removal(self, event: SecondFactorRemoved, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.second_factor_removed)

    @subscribe(RecoveryCodesRenewed)
    def tell_of_recovery_codes(self, event: RecoveryCodesRenewed, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.recovery_codes_renewed)

    @subscribe(WrongCodesEntered)
    def tell_of_wrong_codes(self, event: WrongCodesEntered, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.wrong_codes_entered)

    @subscribe(AccountSuspended)
    def tell_of_suspension(self, event: AccountSuspended, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.suspended)

    @subscribe(AccountRestored)
    def tell_of_restoration(self, event: AccountRestored, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.restored)

    @subscribe(SignedOutByOperator)
    def tell_of_signing_out(self, event: SignedOutByOperator, tx: Transaction) -> None:
        _notify(tx, event.account_id, letters.signed_out_by_operator)


def _still_held(half_hour: HeldHalfHour | None, now: datetime) -> HeldHalfHour | None:
    return half_hour if half_hour is not None and now < half_hour.held_until else None


def _notify(
    tx: Transaction,
    account_id: UUID,
    words_for: Callable[[Reader], Wording],
    address: str | None = None,
) -> None:
    """Add a notice and a mail about the account."""
    notify(tx, account_id, words_for, account_id, by_mail=True, address=address)
