"""RPC methods of accounts: sign-up, e-mail address and password."""

from __future__ import annotations

from datetime import datetime

from chassis import context
from chassis.database.tombstones import Erased
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.inputs.addresses import mailbox_of
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    AlreadyVerified,
    ChangeAccount,
    ChangeEmail,
    ChangePassword,
    EmailChangeRequested,
    EmailVerificationRequested,
    KnownAddressSignedUp,
    LinkUsed,
    PasswordNeeded,
    PasswordResetRequested,
    RequestEmailVerification,
    RequestPasswordReset,
    ResetPassword,
    Role,
    SignedUp,
    SignUp,
    StopEmailChange,
    VerifyEmail,
    WrongPassword,
)
from contracts.profiles.preferences import Language
from contracts.profiles.preferences import Preferences as ChosenPreferences
from contracts.profiles.sessions import Session
from services.profiles import guess_limits
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.mail_links import MailLink, Purpose, open_link
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
from services.profiles.preferences.preferences import Preferences
from services.profiles.second_factors.second_factors import (
    drop_second_factor,
    forgive_wrong_codes,
    has_second_factor,
)
from services.profiles.sessions.issuing import begin_session
from services.profiles.sessions.revocations import end_sessions
from services.profiles.specialists.standards import require_zone_and_country


class Accounts(Reauthentication):
    # Signing up

    @rpc
    def sign_up(self, sign_up: SignUp) -> SignedUp:
        """Begin a sign-up. Work and answer are the same whether or not the address has an account.

        Raises ``NoSuchCode``.
        """
        chosen = _chosen(sign_up)
        now, email = utc_now(), normalised(sign_up.email)
        self.guesses.of(guess_limits.SIGN_UP, email, context.current().address).count()
        may_mail = self._may_mail(email)
        password_hash = passwords.hashed(sign_up.password, (sign_up.email, sign_up.display_name))
        with self.store.transaction() as tx:
            pending, secret = PendingSignUp.begin(
                email, sign_up.display_name, Role(sign_up.role), chosen, password_hash, now
            )
            tx.add(pending)
            account = account_with(tx, email)
            self._ask_to_confirm(tx, account, pending, may_mail)
            audit.record(tx, AuditedAction.SIGNED_UP, about=account.id if account else pending.id)
            return tx.reply(SignedUp(sign_up=secret))

    @rpc
    def request_email_verification(self, request: RequestEmailVerification) -> None:
        """Send the link again. The answer is the same whether or not a sign-up waits for it."""
        email = normalised(request.email)
        self.guesses.of(guess_limits.RESEND, email, context.current().address).count()
        may_mail = self._may_mail(email)
        with self.store.transaction() as tx:
            account = account_with(tx, request.email)
            pending = newest_sign_up(tx, email)
            self._ask_to_confirm(tx, account, pending, may_mail)
            return tx.reply(None)

    def _ask_to_confirm(
        self,
        tx: Transaction,
        account: Account | None,
        pending: PendingSignUp | None,
        may_mail: bool,
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
                    **vars(_preferences_of(tx, waiting)),
                )
            )
        elif account is not None:
            tx.emit(KnownAddressSignedUp(account_id=account.id, email=account.email))

    @rpc
    def verify_email(self, verify: VerifyEmail) -> Session | None:
        """Open a confirmation link. That of a sign-up creates the account and signs in, that of a
        change of address changes it. Raises ``Suspended``, too."""
        both = Purpose.VERIFICATION, Purpose.CHANGE_OF_EMAIL
        link = open_link(verify.token, self.seals.links, utc_now(), *both)
        if link.purpose is Purpose.CHANGE_OF_EMAIL:
            self._change_email(link)
            return None
        return self._confirm_sign_up(link, verify)

    def _confirm_sign_up(self, link: MailLink, verify: VerifyEmail) -> Session:
        now = utc_now()
        with self.store.reading() as reading:
            waiting = unconfirmed(reading, link.account_id)
        password_hash = None if waiting is None else self._password_of(waiting, verify)
        with self.store.transaction() as tx:
            account = self._confirm(tx, link, now, password_hash)
            return tx.reply(begin_session(tx, self.seals.signing_keys, account, now))

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

    def _confirm(
        self, tx: Transaction, link: MailLink, now: datetime, password_hash: str | None
    ) -> Account:
        """The account with its address confirmed; raises ``AlreadyVerified``, ``LinkUsed``."""
        tx.lock_name(f"sign-ups with {link.email}")
        waiting = unconfirmed(tx, link.account_id, for_update=True)
        owner = account_with(tx, link.email)
        if owner is not None and (waiting is None or isinstance(waiting, PendingSignUp)):
            raise AlreadyVerified
        if waiting is None:
            raise LinkUsed
        if isinstance(waiting, Account):
            waiting.require_fits(link)
        account, *events = waiting.confirm(now, password_hash)
        tx.add(account)
        if account is not waiting:
            tx.add(Preferences.at_sign_up(account.id, _preferences_of(tx, waiting)))
        tx.emit(*events)
        if account is waiting and password_hash is not None:
            self._drop_what_a_stranger_may_have_set(tx, account, now)
        delete_sign_ups(tx, account.email)
        audit.record(tx, AuditedAction.EMAIL_VERIFIED, who=account.id, about=account.id)
        return account

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

    def _change_email(self, link: MailLink) -> None:
        now = utc_now()
        with self.store.transaction() as tx:
            tx.lock_name(f"sign-ups with {link.email}")
            account = _whose(tx, link)
            account.require_not_suspended()
            require_free(tx, link.email, but=account.id)
            changes = account.change_email(link, now)
            if changes:
                tx.emit(*changes)
                delete_sign_ups(tx, account.email)
                audit.record(tx, AuditedAction.EMAIL_CHANGED, who=account.id, about=account.id)
            return tx.reply(None)

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
            account = _whose(tx, link)
            account.follow_stop(link)
            audit.record(tx, AuditedAction.EMAIL_CHANGE_STOPPED, about=account.id)
            return tx.reply(None)

    def _may_mail(self, email: str) -> bool:
        """Whether this mailbox may get another mail of the kinds that any visitor can cause."""
        return self.guesses.of(guess_limits.MAIL, mailbox_of(email), None).try_count()

    @every(hours=1)
    def forget_expired(self) -> None:
        with self.store.transaction() as tx:
            prune_email_changes(tx, utc_now())

    # The password

    @rpc
    def change_password(self, change: ChangePassword) -> None:
        shown, now = self.reauthenticate(change.current, change.code), utc_now()
        own_words = (shown.account.email, shown.account.display_name)
        password_hash = passwords.hashed(change.new, own_words)
        with self.store.transaction() as tx:
            account = self.reauthenticated_account(tx, shown)
            tx.emit(account.change_password(password_hash))
            forgive_wrong_codes(tx, account.id)
            end_sessions(tx, account.id, now, but=self.caller.session_id)
            audit.record(tx, AuditedAction.PASSWORD_CHANGED, who=account.id, about=account.id)
            return tx.reply(None)

    @rpc
    def request_password_reset(self, request: RequestPasswordReset) -> None:
        """Mail a reset link. Work and answer are the same whether or not the address has an
        account."""
        email, address = normalised(request.email), context.current().address
        self.guesses.of(guess_limits.RESET, email, address).count()
        may_mail = self._may_mail(email)
        with self.store.transaction() as tx:
            account = account_with(tx, request.email)
            pending = newest_sign_up(tx, email)
            meant = account or pending
            link = (meant or Account.placeholder()).password_reset()
            event = PasswordResetRequested(
                account_id=link.account_id,
                email=link.email,
                token=link.token(self.seals.links, utc_now()),
                language=(_preferences_of(tx, meant).language if meant else Language.EN),
            )
            if meant is not None and may_mail:
                tx.emit(event)
            stranger = self.seals.audit.digest(email)
            audit.record(
                tx,
                AuditedAction.PASSWORD_RESET_REQUESTED,
                about=meant.id if meant else None,
                stranger=None if meant else stranger,
            )
            return tx.reply(None)

    @rpc
    def reset_password(self, reset: ResetPassword) -> None:
        now = utc_now()
        link = open_link(reset.token, self.seals.links, now, Purpose.PASSWORD_RESET)
        password_hash = passwords.hashed(reset.password, (link.email,))
        with self.store.transaction() as tx:
            if tx.get(PendingSignUp, link.account_id) is not None:
                self._confirm(tx, link, now, password_hash)
                return tx.reply(None)
            account = _whose(tx, link)
            if not account.verified:
                self._drop_what_a_stranger_may_have_set(tx, account, now)
            tx.emit(*account.reset_password(link, password_hash, now))
            forgive_wrong_codes(tx, account.id)
            end_sessions(tx, account.id, now)
            audit.record(tx, AuditedAction.PASSWORD_RESET, who=account.id, about=account.id)
            return tx.reply(None)

    @staticmethod
    def _drop_what_a_stranger_may_have_set(
        tx: Transaction, account: Account, now: datetime
    ) -> None:
        """End the sessions and drop the second factor of a possible stranger who signed up with the
        address."""
        end_sessions(tx, account.id, now)
        drop_second_factor(tx, account.id)


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


def _preferences_of(tx: Transaction, whose: Account | PendingSignUp) -> ChosenPreferences:
    """The preferences of an account or a sign-up."""
    if isinstance(whose, PendingSignUp):
        return whose.preferences
    return tx.find(Preferences, whose.id).to_resource()


def _whose(tx: Transaction, link: MailLink) -> Account:
    """The account of a link, locked; raises ``LinkUsed`` where it is erased."""
    try:
        return tx.lock(Account, link.account_id)
    except NotFound:
        raise LinkUsed from None
