"""Accounts: signing up, addresses and passwords."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from contracts.profiles.accounts import (
    Account,
    AlreadyVerified,
    ChangeAccount,
    ChangeEmail,
    ChangePassword,
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    PasswordTooCommon,
    RequestPasswordReset,
    ResetPassword,
    SignUp,
    TooManyTries,
    VerifyEmail,
    WrongPassword,
)
from gateway.api.base import Api
from gateway.declaration import SIGNED_IN
from gateway.endpoint import endpoint


class AccountsApi(Api):
    @endpoint(
        "POST",
        "/api/v1/accounts",
        body=SignUp,
        returns=Account,
        status=HTTPStatus.CREATED,
        errors=[EmailTaken, PasswordTooCommon, TooManyTries],
    )
    def sign_up(self, body: SignUp) -> Any:
        """Sign up as a client or a specialist; a link to verify the address goes out by mail."""
        return self.profiles.sign_up(sign_up=body)

    @endpoint("GET", "/api/v1/me", returns=Account, allow=SIGNED_IN)
    def get_me(self) -> Any:
        """The account that is signed in."""
        return self.profiles.get_me()

    @endpoint(
        "PATCH",
        "/api/v1/me",
        body=ChangeAccount,
        returns=Account,
        allow=SIGNED_IN,
    )
    def change_me(self, body: ChangeAccount) -> Any:
        """Change what others call you."""
        return self.profiles.change_me(change=body)

    @endpoint(
        "POST",
        "/api/v1/me/email",
        body=ChangeEmail,
        returns=None,
        status=HTTPStatus.ACCEPTED,
        allow=SIGNED_IN,
        errors=[WrongPassword, TooManyTries],
    )
    def change_email(self, body: ChangeEmail) -> None:
        """Change your e-mail address: a link goes there, and following it makes the change."""
        self.profiles.change_email(change=body)

    @endpoint(
        "PUT",
        "/api/v1/me/password",
        body=ChangePassword,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[WrongPassword, PasswordTooCommon, TooManyTries],
    )
    def change_password(self, body: ChangePassword) -> None:
        """Change your password; you stay signed in here alone."""
        self.profiles.change_password(change=body)

    @endpoint(
        "POST",
        "/api/v1/email-verifications",
        returns=None,
        status=HTTPStatus.ACCEPTED,
        allow=SIGNED_IN,
        errors=[AlreadyVerified, TooManyTries],
    )
    def request_email_verification(self) -> None:
        """Have the link that verifies your e-mail address sent again."""
        self.profiles.request_email_verification()

    @endpoint(
        "PUT",
        "/api/v1/email-verifications",
        body=VerifyEmail,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        errors=[LinkInvalid, LinkExpired, LinkUsed, EmailTaken],
    )
    def verify_email(self, body: VerifyEmail) -> None:
        """Verify an e-mail address with what stood in the link."""
        self.profiles.verify_email(verify=body)

    @endpoint(
        "POST",
        "/api/v1/password-resets",
        body=RequestPasswordReset,
        returns=None,
        status=HTTPStatus.ACCEPTED,
        errors=[TooManyTries],
    )
    def request_password_reset(self, body: RequestPasswordReset) -> None:
        """Have a link sent to set another password; says nothing of who has an account."""
        self.profiles.request_password_reset(request=body)

    @endpoint(
        "PUT",
        "/api/v1/password-resets",
        body=ResetPassword,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        errors=[LinkInvalid, LinkExpired, LinkUsed, PasswordTooCommon],
    )
    def reset_password(self, body: ResetPassword) -> None:
        """Set another password with what stood in the link; every session ends."""
        self.profiles.reset_password(reset=body)
