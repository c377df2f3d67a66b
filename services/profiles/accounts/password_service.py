"""RPC methods of passwords: change and reset."""

from __future__ import annotations

from chassis import context
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.profiles.accounts import (
    ChangePassword,
    PasswordResetRequested,
    RequestPasswordReset,
    ResetPassword,
)
from contracts.profiles.preferences import Language
from services.profiles import guess_limits
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.confirmation import (
    account_of,
    confirm,
    drop_strangers_access,
    preferences_of,
)
from services.profiles.accounts.link_tokens import Purpose, open_link
from services.profiles.accounts.queries import account_with, newest_sign_up
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.accounts.sign_ups import PendingSignUp
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.second_factors.second_factors import forgive_wrong_codes
from services.profiles.sessions.revocations import end_sessions


class Passwords(Reauthentication):
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
        may_mail = self.guesses.may_mail(email)
        with self.store.transaction() as tx:
            account = account_with(tx, request.email)
            pending = newest_sign_up(tx, email)
            meant = account or pending
            link = (meant or Account.placeholder()).password_reset()
            event = PasswordResetRequested(
                account_id=link.account_id,
                email=link.email,
                token=link.token(self.seals.links, utc_now()),
                language=(preferences_of(tx, meant).language if meant else Language.EN),
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
                confirm(tx, link, now, password_hash)
                return tx.reply(None)
            account = account_of(tx, link)
            if not account.verified:
                drop_strangers_access(tx, account, now)
            tx.emit(*account.reset_password(link, password_hash, now))
            forgive_wrong_codes(tx, account.id)
            end_sessions(tx, account.id, now)
            audit.record(tx, AuditedAction.PASSWORD_RESET, who=account.id, about=account.id)
            return tx.reply(None)
