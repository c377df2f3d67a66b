"""RPC methods of accounts: sign-up, e-mail address and display name."""

from __future__ import annotations

from chassis import context
from chassis.database.refusals import Erased
from chassis.database.transaction import Transaction
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.half_hours import HeldHalfHour
from contracts.inputs.addresses import mailbox_of
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    ChangeAccount,
    ChangeEmail,
    EmailChangeRequested,
    EmailLink,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    PasswordNeeded,
    ReadEmailLink,
    RequestEmailVerification,
    Role,
    SignedUp,
    SignUp,
    StopEmailChange,
    VerifyEmail,
    WrongPassword,
)
from contracts.profiles.preferences import Language
from contracts.profiles.preferences import Preferences as ChosenPreferences
from contracts.profiles.sessions import Confirmed, ConfirmedSignUp
from services.profiles import dependencies, guess_limits
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.confirmation import account_of, confirm, preferences_of, waiting_for
from services.profiles.accounts.link_tokens import MailLink, Purpose, open_link
from services.profiles.accounts.queries import (
    account_with,
    delete_sign_ups,
    newest_sign_up,
    prune_email_changes,
    require_free,
    unconfirmed,
)
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.accounts.sign_ups import PendingSignUp
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.consents.consents import require_agreed
from services.profiles.second_factors.second_factors import has_second_factor
from services.profiles.sessions.issuing import begin_session
from services.profiles.specialists.standards import require_zone_and_country

CONFIRMING = Purpose.VERIFICATION, Purpose.CHANGE_OF_EMAIL
"""The purposes of links that ``verify_email`` takes."""


class Accounts(Reauthentication):
    site = dependencies.site

    # Signing up

    @rpc
    def sign_up(self, sign_up: SignUp, half_hour: HeldHalfHour | None = None) -> SignedUp:
        """Begin a sign-up. Work and answer are the same whether or not the address has an account.
        ``half_hour``: the half hour that booking holds for the sign-up; the mail names it.

        Raises ``NoSuchCode`` and ``AgreementNeeded``.
        """
        chosen = _chosen(sign_up)
        require_agreed(sign_up.agreed_to, sign_up.role, self.site.agreements)
        now, email = utc_now(), normalised(sign_up.email)
        self.guesses.of(guess_limits.SIGN_UP, email, context.current().address).count()
        may_mail = self.guesses.may_mail(email)
        password_hash = passwords.hashed(sign_up.password, (sign_up.email, sign_up.display_name))
        with self.store.transaction() as tx:
            pending, secret = PendingSignUp.begin(
                email,
                sign_up.display_name,
                Role(sign_up.role),
                chosen,
                sign_up.agreed_to,
                password_hash,
                now,
                sign_up.sign_up,
            )
            tx.add(pending)
            account = account_with(tx, email)
            self._ask_to_confirm(tx, account, pending, may_mail, half_hour)
            audit.record(tx, AuditedAction.SIGNED_UP, about=account.id if account else pending.id)
            return tx.reply(SignedUp(sign_up=secret))

    @rpc
    def request_email_verification(
        self, request: RequestEmailVerification, half_hour: HeldHalfHour | None = None
    ) -> None:
        """Send the link again. The answer is the same whether or not a sign-up waits for it."""
        email = normalised(request.email)
        self.guesses.of(guess_limits.RESEND, email, context.current().address).count()
        may_mail = self.guesses.may_mail(email)
        with self.store.transaction() as tx:
            account = account_with(tx, request.email)
            pending = newest_sign_up(tx, email)
            self._ask_to_confirm(tx, account, pending, may_mail, half_hour)
            return tx.reply(None)

    def _ask_to_confirm(
        self,
        tx: Transaction,
        account: Account | None,
        pending: PendingSignUp | None,
        may_mail: bool,
        half_hour: HeldHalfHour | None,
    ) -> None:
        """Mail the link, or a notice that the address has an account."""
        waiting: PendingSignUp | Account | None = pending
        if account is not None:
            waiting = None if account.verified else account
        link = (waiting or Account.placeholder()).verification()
        token = link.token(self.seals.links, utc_now())
        if not may_mail:
            return
        if waiting is not None:
            tx.emit(
                EmailVerificationRequested(
                    account_id=waiting.id,
                    email=waiting.email,
                    token=token,
                    half_hour=half_hour,
                    **vars(preferences_of(tx, waiting)),
                )
            )
        elif account is not None:
            tx.emit(
                KnownAddressSignedUp(
                    account_id=account.id, email=account.email, half_hour=half_hour
                )
            )

    @rpc
    def get_email_link(self, link: ReadEmailLink) -> EmailLink:
        """Read what a confirmation link does, without doing it. Raises the refusals of
        ``verify_email`` that concern the link."""
        opened = open_link(link.token, self.seals.links, utc_now(), *CONFIRMING)
        if opened.purpose is Purpose.CHANGE_OF_EMAIL:
            return EmailLink(changes_email=True)
        with self.store.reading() as reading:
            waiting = waiting_for(reading, opened)
        begun_here = waiting.is_begun_with(link.sign_up)
        return EmailLink(
            changes_email=False, begun_here=begun_here, hold=waiting.hold(with_note=begun_here)
        )

    @rpc
    def verify_email(self, verify: VerifyEmail) -> Confirmed:
        """Open a confirmation link. That of a sign-up creates the account and signs in, that of a
        change of address changes it. Raises ``Suspended``, too."""
        link = open_link(verify.token, self.seals.links, utc_now(), *CONFIRMING)
        if link.purpose is Purpose.CHANGE_OF_EMAIL:
            return self._change_email(link)
        return self._confirm_sign_up(link, verify)

    def _confirm_sign_up(self, link: MailLink, verify: VerifyEmail) -> Confirmed:
        now = utc_now()
        with self.store.reading() as reading:
            waiting = unconfirmed(reading, link.account_id)
        password_hash = None if waiting is None else self._password_of(waiting, verify)
        with self.store.transaction() as tx:
            account = confirm(tx, link, now, password_hash)
            session = begin_session(tx, self.seals.signing_keys, account, now)
            sign_up = None if waiting is None else _confirmed(account, waiting, verify)
            return tx.reply(Confirmed(session=session, sign_up=sign_up))

    def _password_of(self, waiting: PendingSignUp | Account, verify: VerifyEmail) -> str | None:
        """The hash of a new password, or ``None`` where the one of the sign-up stays. Raises
        ``PasswordNeeded`` and ``WrongPassword``."""
        if verify.new_password is not None:
            return passwords.hashed(verify.new_password, (waiting.email, waiting.display_name))
        if waiting.is_begun_with(verify.sign_up):
            return None
        if verify.password is None:
            raise PasswordNeeded
        attempt = self.guesses.of(guess_limits.PASSWORD, waiting.email, context.current().address)
        if not passwords.matches(verify.password, waiting.password_hash, attempt):
            raise WrongPassword
        return None

    # Me

    @rpc
    def get_me(self) -> contract.Account:
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
            if account is None:
                raise Erased
            return account.to_resource(has_second_factor(session, account.id))

    @rpc
    def change_me(self, change: ChangeAccount) -> contract.Account:
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            tx.emit(*account.change(change))
            return tx.reply(account.to_resource(has_second_factor(tx, account.id)))

    # The e-mail address

    @rpc
    def change_email(self, change: ChangeEmail) -> None:
        """Begin a change of address. The new address gets a link, the present one a link to stop
        it."""
        shown = self.reauthenticate(change.password, change.code)
        email, now = normalised(change.email), utc_now()
        self.guesses.of(guess_limits.CHANGE_OF_EMAIL, shown.account.id, None).count()
        self.guesses.of(guess_limits.MAIL, mailbox_of(email), None).count()
        with self.store.transaction() as tx:
            account = self.reauthenticated_account(tx, shown)
            link, stop = account.ask_for_email(email, now)
            tx.emit(
                EmailChangeRequested(
                    account_id=account.id,
                    email=email,
                    present_email=account.email,
                    token=link.token(self.seals.links, now),
                    stop_token=stop.token(self.seals.links, now),
                )
            )
            audit.record(tx, AuditedAction.EMAIL_CHANGE_REQUESTED, who=account.id, about=account.id)
            return tx.reply(None)

    def _change_email(self, link: MailLink) -> Confirmed:
        now = utc_now()
        with self.store.transaction() as tx:
            tx.lock_name(f"sign-ups with {link.email}")
            account = account_of(tx, link)
            account.require_not_suspended()
            require_free(tx, link.email, but=account.id)
            changes = account.change_email(link, now)
            if changes:
                tx.emit(*changes)
                delete_sign_ups(tx, account.email)
                audit.record(tx, AuditedAction.EMAIL_CHANGED, who=account.id, about=account.id)
            return tx.reply(Confirmed())

    @rpc
    def stop_my_email_change(self) -> None:
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            account.stop_email_change()
            audit.record(tx, AuditedAction.EMAIL_CHANGE_STOPPED, who=account.id, about=account.id)
            return tx.reply(None)

    @rpc
    def stop_email_change(self, stop: StopEmailChange) -> None:
        """Stop a change of address by the link in the mail to the present address."""
        link = open_link(stop.token, self.seals.links, utc_now(), Purpose.STOP_CHANGE_OF_EMAIL)
        with self.store.transaction() as tx:
            account = account_of(tx, link)
            account.follow_stop(link)
            audit.record(tx, AuditedAction.EMAIL_CHANGE_STOPPED, about=account.id)
            return tx.reply(None)

    @every(hours=1)
    def forget_expired(self) -> None:
        with self.store.transaction() as tx:
            prune_email_changes(tx, utc_now())


def _confirmed(
    account: Account, waiting: PendingSignUp | Account, verify: VerifyEmail
) -> ConfirmedSignUp | None:
    """The sign-up that a link confirmed. Its note is not for a reader of the mailbox who set a new
    password: the person who wrote it may have mistyped their address."""
    proven = verify.new_password is None or waiting.is_begun_with(verify.sign_up)
    hold = waiting.hold(with_note=proven)
    if hold is None:
        return None
    return ConfirmedSignUp(account_id=account.id, roles=list(map(Role, account.roles)), hold=hold)


def _chosen(sign_up: SignUp) -> ChosenPreferences:
    """The preferences of a sign-up. The time zone is not guessed from the country.

    Raises ``NoSuchCode``.
    """
    require_zone_and_country(sign_up.time_zone, sign_up.country)
    return ChosenPreferences(
        time_zone=sign_up.time_zone,
        language=sign_up.language or Language.EN,
        country=sign_up.country,
        discreet=sign_up.discreet,
    )
