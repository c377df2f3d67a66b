"""Reauthentication: the password and code that sensitive calls ask for again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chassis import context
from chassis.database.refusals import Erased
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.idempotency.keys import outside_call
from chassis.times import utc_now
from contracts.profiles.accounts import WrongPassword
from contracts.profiles.second_factors import NoTotp, WrongCode
from contracts.profiles.sessions import SecondFactorRequired
from services.profiles import dependencies, guess_limits
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account
from services.profiles.second_factors.second_factors import SecondFactor, has_second_factor
from services.profiles.sessions.queries import is_familiar


@dataclass(frozen=True)
class Reauthenticated:
    """A reauthenticated caller: the account, and whether a code was shown."""

    account: Account
    code_shown: bool


class Reauthentication:
    """The methods of parts that ask for a password or a code."""

    store = dependencies.store
    caller = dependencies.caller
    seals = dependencies.seals
    guesses = dependencies.guesses

    def reauthenticate(self, password: str, code: str | None) -> Reauthenticated:
        """Check the password, and the code where a second factor is set up. Needed for calls that
        change the log-in or can't be undone.

        Raises what ``require_password`` and ``use_code`` raise.
        """
        account = self.require_password(password)
        return Reauthenticated(account, self.use_code(account.id, code))

    def require_password(self, password: str) -> Account:
        """The caller's account, if the password is right; raises ``WrongPassword``,
        ``TooManyTries``, ``Erased``.

        A repeated call is answered here, since the first one may have changed the password.
        """
        self.store.raise_if_answered()
        address, now = context.current().address, utc_now()
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
            if account is None:
                raise Erased
            familiar = is_familiar(session, account.id, address, now)
        attempt = self.guesses.of(guess_limits.PASSWORD, account.email_key, address, familiar)
        if not passwords.matches(password, account.password_hash, attempt):
            raise WrongPassword
        return account

    def use_code(self, account_id: UUID, code: str | None) -> bool:
        """Use up the code of the account's second factor; false where it has none.

        The code is checked and counted in a transaction of its own that locks the factor's row. So
        concurrent codes can't exceed the limit, and a wrong one stays counted though the call is
        refused.

        Raises ``SecondFactorRequired``, ``WrongCode``, ``TooManyTries``, ``CodesExhausted``.
        """
        address, now = context.current().address, utc_now()
        with self.store.reading() as session:
            if not has_second_factor(session, account_id):
                return False
            familiar = is_familiar(session, account_id, address, now)
        if code is None:
            raise SecondFactorRequired
        self.guesses.of(guess_limits.CODE, account_id, address, familiar).count()
        with outside_call(), self.store.transaction() as tx:
            factor = tx.get(SecondFactor, account_id, with_for_update=True)
            if factor is None or not factor.confirmed:  # it was removed meanwhile
                return False
            right, events = factor.try_code(code, self.opened_secret(factor), familiar, utc_now())
            tx.emit(*events)
        if not right:
            raise WrongCode
        return True

    def own_account(self, tx: Transaction) -> Account:
        """The caller's account, locked until the end of the transaction; raises ``Erased``."""
        try:
            return tx.lock(Account, self.caller.known())
        except NotFound:
            raise Erased from None

    def reauthenticated_account(self, tx: Transaction, shown: Reauthenticated) -> Account:
        """The caller's account, locked, if the reauthentication still holds: meanwhile a new
        password may have been set, or a second factor set up.

        Raises ``Erased``, ``WrongPassword``, ``SecondFactorRequired``.
        """
        account = self.own_account(tx)
        account.require_same_password(shown.account)
        if has_second_factor(tx, account.id) and not shown.code_shown:
            raise SecondFactorRequired
        return account

    def second_factor(self, tx: Transaction, account_id: UUID) -> SecondFactor:
        """The second factor, locked until the end of the transaction; raises ``NoTotp``."""
        try:
            return tx.lock(SecondFactor, account_id)
        except NotFound:
            raise NoTotp from None

    def opened_secret(self, factor: SecondFactor) -> str:
        return self.seals.second_factors.open(factor.secret).decode()
