"""RPC methods and schedule of second factors."""

from __future__ import annotations

from chassis import context
from chassis.database.transaction import Transaction
from chassis.errors import EmailNotVerified
from chassis.maintenance.reencryption import reencrypt
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.profiles.second_factors import (
    BeginTotp,
    ConfirmTotp,
    RecoveryCodes,
    RecoveryCodesRenewed,
    RemoveTotp,
    RenewRecoveryCodes,
    SecondFactorAdded,
    SecondFactorRemoved,
    Totp,
)
from services.profiles import dependencies, guess_limits
from services.profiles.accounts.accounts import Account
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.second_factors.codes import new_recovery_codes, new_totp
from services.profiles.second_factors.second_factors import SecondFactor
from services.profiles.sessions.revocations import end_sessions, revoke_all
from services.profiles.sessions.sessions import Session


class SecondFactors(Reauthentication):
    site = dependencies.site

    @rpc
    def begin_totp(self, begin: BeginTotp) -> Totp:
        """Begin to set up an authenticator. Its secret takes effect once confirmed, and replaces an
        unconfirmed one."""
        checked = self.require_password(begin.password)
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            account.require_same_password(checked)
            if not account.verified:
                raise EmailNotVerified
            totp = new_totp(account.email, self.site.name)
            sealed = self.seals.second_factors.close(totp.secret.encode())
            factor = tx.get(SecondFactor, account.id, with_for_update=True)
            if factor is None:
                tx.add(SecondFactor.pending(account.id, sealed))
            else:
                factor.begin_again(sealed)
            return tx.reply(totp)

    @rpc
    def confirm_totp(self, confirm: ConfirmTotp) -> RecoveryCodes:
        """Confirm the authenticator. All other sessions end."""
        codes, now = new_recovery_codes(), utc_now()
        self.guesses.of(guess_limits.CODE, self.caller.known(), context.current().address).count()
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            factor = self.second_factor(tx, account.id)
            factor.confirm(confirm.code, self.opened_secret(factor), codes.codes, now)
            self._only_session(tx, account, second_factor=True)
            tx.emit(SecondFactorAdded(account_id=account.id))
            audit.record(tx, AuditedAction.SECOND_FACTOR_ADDED, who=account.id, about=account.id)
            return tx.reply(codes)

    @rpc
    def remove_totp(self, remove: RemoveTotp) -> None:
        """Remove the authenticator. All other sessions end, and this one loses the roles that need
        a second factor."""
        shown = self.reauthenticate(remove.password, remove.code)
        with self.store.transaction() as tx:
            account = self.reauthenticated_account(tx, shown)
            factor = self.second_factor(tx, account.id)
            factor.require_confirmed()
            tx.delete(factor)
            self._only_session(tx, account, second_factor=False)
            revoke_all(tx, account.id, utc_now())
            tx.emit(SecondFactorRemoved(account_id=account.id))
            audit.record(tx, AuditedAction.SECOND_FACTOR_REMOVED, who=account.id, about=account.id)
            return tx.reply(None)

    def _only_session(self, tx: Transaction, account: Account, second_factor: bool) -> None:
        """End all other sessions, and store whether the caller's has a second factor."""
        end_sessions(tx, account.id, utc_now(), but=self.caller.session_id)
        if self.caller.session_id is not None:
            tx.lock(Session, self.caller.session_id).second_factor = second_factor

    @rpc
    def renew_recovery_codes(self, renew: RenewRecoveryCodes) -> RecoveryCodes:
        shown, codes = self.reauthenticate(renew.password, renew.code), new_recovery_codes()
        with self.store.transaction() as tx:
            account = self.reauthenticated_account(tx, shown)
            factor = self.second_factor(tx, account.id)
            factor.require_confirmed()
            factor.renew(codes.codes)
            tx.emit(RecoveryCodesRenewed(account_id=account.id))
            audit.record(tx, AuditedAction.RECOVERY_CODES_RENEWED, who=account.id, about=account.id)
            return tx.reply(codes)

    @every(days=1)
    def reseal_secrets(self) -> None:
        """Re-encrypt secrets after a key rotation, so that the former key can go after a day."""
        reencrypt(self.store, SecondFactor.secret, self.seals.second_factors)
