"""What profiles can be asked about accounts and sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import NotFound
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.profiles import accounts as contract
from contracts.profiles.accounts import Role, SignUp
from contracts.profiles.sessions import LogIn, Session, WrongCredentials
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.tokens import Tokens
from services.profiles.part import Part


class Accounts(Part):
    tokens = Tokens()

    @rpc
    def sign_up(self, sign_up: SignUp) -> contract.Account:
        password_hash = passwords.hashed(sign_up.password)
        with self.store.transaction() as tx:
            account, event = Account.register(
                sign_up.email,
                sign_up.display_name,
                Role(sign_up.role),
                password_hash,
                utc_now(),
            )
            tx.add(account)
            tx.emit(event)
            return tx.reply(account.to_resource())

    @rpc
    def log_in(self, log_in: LogIn) -> Session:
        with self.store.reading() as session:
            account = session.scalar(
                select(Account).where(Account.email == normalised(log_in.email))
            )
        if not passwords.matches(log_in.password, account.password_hash if account else None):
            raise WrongCredentials
        assert account is not None
        return self.tokens.issue(account.as_caller(), utc_now())

    @rpc
    def get_token_keys(self) -> dict[str, Any]:
        """The public keys that verify access tokens, as a JWK set."""
        return self.tokens.public_keys()

    @rpc
    def get_me(self) -> contract.Account:
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
        if account is None:
            raise NotFound("this account is no more")
        return account.to_resource()
