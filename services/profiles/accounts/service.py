"""What profiles can be asked about accounts: their addresses and passwords."""

from __future__ import annotations

from chassis import context
from chassis.errors import NotFound
from chassis.forgotten import Forgotten
from chassis.rpc import rpc
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import (
    ChangeAccount,
    ChangeEmail,
    ChangePassword,
    LinkUsed,
    RequestPasswordReset,
    ResetPassword,
    Role,
    SignUp,
    VerifyEmail,
)
from services.profiles import audit, guesses
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.knowing import Knowing
from services.profiles.accounts.links import Link, Purpose, followed
from services.profiles.accounts.queries import account_with
from services.profiles.audit import What
from services.profiles.second_factors.second_factors import has_second_factor
from services.profiles.sessions.queries import end_sessions


class Accounts(Knowing):
    @rpc
    def sign_up(self, sign_up: SignUp) -> contract.Account:
        now, address = utc_now(), context.current().address
        self.guesses.of(guesses.SIGN_UP, normalised(sign_up.email), address).count()
        password_hash = passwords.hashed(sign_up.password)
        with self.store.transaction() as tx:
            account, event = Account.register(
                sign_up.email, sign_up.display_name, Role(sign_up.role), password_hash, now
            )
            tx.add(account)
            tx.emit(event)
            self._ask_to_verify(tx, account.verification())
            return tx.reply(account.to_resource())

    # Me

    @rpc
    def get_me(self) -> contract.Account:
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
            if account is None:
                raise Forgotten
            return account.to_resource(has_second_factor(session, account.id))

    @rpc
    def change_me(self, change: ChangeAccount) -> contract.Account:
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            account.change(change)
            return tx.reply(account.to_resource(has_second_factor(tx, account.id)))

    # The e-mail address

    @rpc
    def request_email_verification(self) -> None:
        account_id = self.caller.known()
        self.guesses.of(guesses.VERIFICATION, account_id, None).count()
        with self.store.transaction() as tx:
            self._ask_to_verify(tx, self.own_account(tx).verification())
            return tx.reply(None)

    @rpc
    def verify_email(self, verify: VerifyEmail) -> None:
        now = utc_now()
        both = Purpose.VERIFICATION, Purpose.CHANGE_OF_EMAIL
        link = followed(verify.token, self.seals.links, now, *both)
        with self.store.transaction() as tx:
            account = _whose(tx, link)
            tx.emit(account.prove(link, now))
            changed = link.purpose is Purpose.CHANGE_OF_EMAIL
            what = What.EMAIL_CHANGED if changed else What.EMAIL_VERIFIED
            audit.record(tx, what, who=account.id, about=account.id)
            return tx.reply(None)

    @rpc
    def change_email(self, change: ChangeEmail) -> None:
        account = self.require_password(change.password)
        self.guesses.of(guesses.VERIFICATION, account.id, None).count()
        with self.store.transaction() as tx:
            self._ask_to_verify(tx, self.own_account(tx).change_of_email(change.email))
            return tx.reply(None)

    def _ask_to_verify(self, tx: Transaction, link: Link) -> None:
        tx.emit(Account.asks_to_verify(link, link.token(self.seals.links, utc_now())))

    # The password

    @rpc
    def change_password(self, change: ChangePassword) -> None:
        account, now = self.require_password(change.current), utc_now()
        password_hash = passwords.hashed(change.new)
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            tx.emit(account.change_password(password_hash))
            end_sessions(tx, account.id, now, but=self.caller.session_id)
            audit.record(tx, What.PASSWORD_CHANGED, who=account.id, about=account.id)
            return tx.reply(None)

    @rpc
    def request_password_reset(self, request: RequestPasswordReset) -> None:
        """Does the same, and answers the same, whether or not somebody has this address."""
        email, address = normalised(request.email), context.current().address
        self.guesses.of(guesses.RESET, email, address).count()
        may_mail = self.guesses.of(guesses.RESET_MAIL, email, None).is_allowed()
        with self.store.transaction() as tx:
            account = account_with(tx, email)
            link = (account or Account.nobody()).password_reset()
            event = Account.asks_to_reset(link, link.token(self.seals.links, utc_now()))
            if account is not None and may_mail:
                tx.emit(event)
            stranger = self.seals.audit.digest(email)
            audit.record(
                tx,
                What.PASSWORD_RESET_REQUESTED,
                about=account.id if account else None,
                stranger=None if account else stranger,
            )
            return tx.reply(None)

    @rpc
    def reset_password(self, reset: ResetPassword) -> None:
        now = utc_now()
        link = followed(reset.token, self.seals.links, now, Purpose.PASSWORD_RESET)
        password_hash = passwords.hashed(reset.password)
        with self.store.transaction() as tx:
            account = _whose(tx, link)
            tx.emit(account.reset_password(link, password_hash))
            end_sessions(tx, account.id, now)
            audit.record(tx, What.PASSWORD_RESET, who=account.id, about=account.id)
            return tx.reply(None)


def _whose(tx: Transaction, link: Link) -> Account:
    """Raises ``LinkUsed`` where the account is no more."""
    try:
        return tx.lock(Account, link.account_id)
    except NotFound:
        raise LinkUsed from None
