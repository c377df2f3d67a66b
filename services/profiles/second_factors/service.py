"""What profiles can be asked about second factors."""

from __future__ import annotations

from chassis import context
from chassis.clock import every
from chassis.resealing import reseal
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.profiles.second_factors import (
    ConfirmTotp,
    RecoveryCodes,
    RemoveTotp,
    RenewRecoveryCodes,
    Totp,
)
from services.profiles import audit, guesses
from services.profiles.accounts.knowing import Knowing
from services.profiles.audit import What
from services.profiles.second_factors.codes import new_recovery_codes, new_totp
from services.profiles.second_factors.second_factors import SecondFactor


class SecondFactors(Knowing):
    @rpc
    def begin_totp(self) -> Totp:
        """A secret that takes effect once it is confirmed; another one in place of that before."""
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            totp = new_totp(account.email)
            sealed = self.seals.second_factors.close(totp.secret.encode())
            factor = tx.get(SecondFactor, account.id)
            if factor is None:
                tx.add(SecondFactor.pending(account.id, sealed))
            else:
                factor.begin_again(sealed)
            return tx.reply(totp)

    @rpc
    def confirm_totp(self, confirm: ConfirmTotp) -> RecoveryCodes:
        account_id, codes = self.caller.known(), new_recovery_codes()
        self._count_code()
        with self.store.transaction() as tx:
            factor = self.second_factor(tx, account_id)
            factor.confirm(confirm.code, self.opened_secret(factor), codes.codes, utc_now())
            audit.record(tx, What.SECOND_FACTOR_ADDED, who=account_id, about=account_id)
            return tx.reply(codes)

    @rpc
    def remove_totp(self, remove: RemoveTotp) -> None:
        account = self.require_password(remove.password)
        self._count_code()
        with self.store.transaction() as tx:
            factor = self.second_factor(tx, account.id)
            factor.require_confirmed()
            factor.use(remove.code, self.opened_secret(factor), utc_now())
            tx.delete(factor)
            audit.record(tx, What.SECOND_FACTOR_REMOVED, who=account.id, about=account.id)
            return tx.reply(None)

    @rpc
    def renew_recovery_codes(self, renew: RenewRecoveryCodes) -> RecoveryCodes:
        account, codes = self.require_password(renew.password), new_recovery_codes()
        with self.store.transaction() as tx:
            factor = self.second_factor(tx, account.id)
            factor.require_confirmed()
            factor.renew(codes.codes)
            audit.record(tx, What.RECOVERY_CODES_RENEWED, who=account.id, about=account.id)
            return tx.reply(codes)

    @every(days=1)
    def reseal_secrets(self) -> None:
        """After a rotation, the key that sealed them before may go a day later."""
        reseal(self.store, SecondFactor.secret, self.seals.second_factors)

    def _count_code(self) -> None:
        address = context.current().address
        self.guesses.of(guesses.CODE, self.caller.known(), address).count()
