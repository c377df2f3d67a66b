"""Showing that one knows an account's secrets."""

from __future__ import annotations

from uuid import UUID

from chassis import context
from chassis.errors import NotFound
from chassis.forgotten import Forgotten
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.profiles.accounts import WrongPassword
from contracts.profiles.second_factors import NoTotp
from contracts.profiles.sessions import SecondFactorRequired
from services.profiles import guesses
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account
from services.profiles.part import Part
from services.profiles.second_factors.second_factors import SecondFactor
from services.profiles.sessions.queries import is_familiar


class Knowing(Part):
    """Of the parts of profiles that ask for a password or a code."""

    def require_password(self, password: str) -> Account:
        """The caller's account; raises ``WrongPassword``, ``TooManyTries``, ``Forgotten``."""
        address, now = context.current().address, utc_now()
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
            if account is None:
                raise Forgotten
            familiar = is_familiar(session, account.id, address, now)
        guess = self.guesses.of(guesses.PASSWORD, account.email_key, address, familiar)
        if not passwords.matches(password, account.password_hash, guess):
            raise WrongPassword
        return account

    def own_account(self, tx: Transaction) -> Account:
        """The caller's, ours until the end of the transaction; raises ``Forgotten``."""
        try:
            return tx.lock(Account, self.caller.known())
        except NotFound:
            raise Forgotten from None

    def second_factor(self, tx: Transaction, account_id: UUID) -> SecondFactor:
        """Ours until the end of the transaction; raises ``NoTotp``."""
        try:
            return tx.lock(SecondFactor, account_id)
        except NotFound:
            raise NoTotp from None

    def use_code(self, tx: Transaction, account_id: UUID, code: str | None) -> None:
        """Raises ``WrongCode``, and ``SecondFactorRequired`` where there is none."""
        if code is None:
            raise SecondFactorRequired
        factor = self.second_factor(tx, account_id)
        factor.use(code, self.opened_secret(factor), utc_now())

    def opened_secret(self, factor: SecondFactor) -> str:
        return self.seals.second_factors.open(factor.secret).decode()
