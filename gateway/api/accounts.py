"""Accounts and sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from contracts.profiles.accounts import Account, EmailTaken, SignUp
from contracts.profiles.sessions import LogIn, Session, WrongCredentials
from gateway.api.base import Api
from gateway.endpoint import SIGNED_IN, endpoint


class AccountsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/accounts",
        body=SignUp,
        returns=Account,
        status=HTTPStatus.CREATED,
        errors=[EmailTaken],
    )
    def sign_up(self, body: SignUp) -> Any:
        """Sign up as a client or a specialist."""
        return self.profiles.sign_up(sign_up=body)

    @endpoint("POST", "/api/v1/sessions", body=LogIn, returns=Session, errors=[WrongCredentials])
    def log_in(self, body: LogIn) -> Any:
        """Log in: an access token for 15 minutes."""
        return self.profiles.log_in(log_in=body)

    @endpoint("GET", "/api/v1/me", returns=Account, allow=SIGNED_IN)
    def get_me(self) -> Any:
        """The account that is signed in."""
        return self.profiles.get_me()
