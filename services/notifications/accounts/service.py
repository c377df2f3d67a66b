"""What is done when somebody signs up, or something about their account changes."""

from __future__ import annotations

from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.profiles.accounts import (
    AccountRegistered,
    EmailChanged,
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    PasswordChanged,
    PasswordResetRequested,
    RolesChanged,
)
from services.notifications.accounts import wording
from services.notifications.accounts.recipients import Recipient
from services.notifications.notices.telling import send_once, tell
from services.notifications.part import Part


class Accounts(Part):
    @subscribe(AccountRegistered)
    def remember_address(self, event: AccountRegistered, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_registration(event)

    @subscribe(RolesChanged)
    def remember_roles(self, event: RolesChanged, tx: Transaction) -> None:
        tx.lock_or_create(Recipient, event.account_id).learn_roles(event)

    @subscribe(EmailVerificationRequested)
    def mail_verification(self, event: EmailVerificationRequested, tx: Transaction) -> None:
        words = wording.verify_email(self.links.verify_email(event.token))
        send_once(tx, event.account_id, event.email, words, utc_now())

    @subscribe(KnownAddressSignedUp)
    def mail_known_address(self, event: KnownAddressSignedUp, tx: Transaction) -> None:
        """Where the link would have gone; no notice, as anybody can cause it."""
        words = wording.known_address()
        send_once(tx, event.account_id, event.email, words, utc_now())

    @subscribe(EmailChangeRequested)
    def mail_email_change(self, event: EmailChangeRequested, tx: Transaction) -> None:
        """To the other address the link, to the present one how to stop it."""
        link = self.links.verify_email(event.token)
        stop = self.links.stop_email_change(event.stop_token)
        now = utc_now()
        send_once(tx, event.account_id, event.email, wording.change_email(link), now)
        words = wording.email_change_requested(stop)
        send_once(tx, event.account_id, event.present_email, words, now)

    @subscribe(PasswordResetRequested)
    def mail_reset(self, event: PasswordResetRequested, tx: Transaction) -> None:
        words = wording.reset_password(self.links.reset_password(event.token))
        send_once(tx, event.account_id, event.email, words, utc_now())

    @subscribe(PasswordChanged)
    def tell_of_password(self, event: PasswordChanged, tx: Transaction) -> None:
        tell(tx, event.account_id, wording.password_changed(), event.account_id, by_mail=True)

    @subscribe(EmailChanged)
    def tell_of_address(self, event: EmailChanged, tx: Transaction) -> None:
        """At the address that it was: whoever reads there should know."""
        tx.lock_or_create(Recipient, event.account_id).learn_email(event)
        words, before = wording.email_changed(), event.previous_email
        tell(tx, event.account_id, words, event.account_id, by_mail=True, address=before)
