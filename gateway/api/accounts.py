"""Accounts: sign-up, e-mail address and password."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from chassis.rpc.client import Wire
from contracts.profiles.accounts import (
    Account,
    AlreadyVerified,
    ChangeAccount,
    ChangeEmail,
    ChangePassword,
    EmailChangeDone,
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    PasswordNeeded,
    PasswordTooCommon,
    RequestEmailVerification,
    RequestPasswordReset,
    ResetPassword,
    SignedUp,
    SignUp,
    StopEmailChange,
    TooManyTries,
    VerifyEmail,
    WrongPassword,
)
from contracts.profiles.consents import AgreementNeeded, Agreements
from contracts.profiles.preferences import Language
from contracts.profiles.sessions import Session, Suspended
from contracts.profiles.specialists import NoSuchCode
from gateway.api.codes import CODE_REFUSED
from gateway.api.half_hours import HalfHours
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint


class AccountsApi(HalfHours):
    @endpoint(
        "POST",
        "/api/v1/accounts",
        body=SignUp,
        returns=SignedUp,
        status=HTTPStatus.ACCEPTED,
        errors=[AgreementNeeded, PasswordTooCommon, NoSuchCode, TooManyTries],
        repeatable=True,
        by_language=True,
    )
    def sign_up(self, body: SignUp, language: Language) -> Wire[SignedUp]:
        """Sign up as a client or a specialist: the address gets a link that confirms it.

        The answer is the same for every address. Where the address has an account already, the
        mail says so instead. It names the slot that is held for the sign-up, if there is one.
        """
        return self.profiles.sign_up(
            sign_up=replace(body, language=body.language or language),
            half_hour=self.held_half_hour(body.sign_up),
        )

    @endpoint("GET", "/api/v1/agreements", returns=Agreements)
    def get_agreements(self) -> Wire[Agreements]:
        """The versions in force of the texts that a person agrees to at sign-up.

        Show the texts, `/terms` and `/health-data-consent` of this site, before you ask.
        """
        return self.profiles.get_agreements()

    @endpoint("GET", "/api/v1/me", returns=Account, allow=SIGNED_IN)
    def get_me(self) -> Wire[Account]:
        """The account that is signed in."""
        return self.profiles.get_me()

    @endpoint(
        "PATCH",
        "/api/v1/me",
        body=ChangeAccount,
        returns=Account,
        allow=SIGNED_IN,
    )
    def change_me(self, body: ChangeAccount) -> Wire[Account]:
        """Change your display name."""
        return self.profiles.change_me(change=body)

    @endpoint(
        "POST",
        "/api/v1/me/email",
        body=ChangeEmail,
        returns=None,
        status=HTTPStatus.ACCEPTED,
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED],
    )
    def change_email(self, body: ChangeEmail) -> None:
        """Change your e-mail address: the new one gets a link that makes the change.

        The present address gets a mail at once, with a link that stops the change.
        """
        self.profiles.change_email(change=body)

    @endpoint(
        "PUT",
        "/api/v1/me/password",
        body=ChangePassword,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, PasswordTooCommon],
    )
    def change_password(self, body: ChangePassword) -> None:
        """Change your password; your other sessions end."""
        self.profiles.change_password(change=body)

    @endpoint(
        "DELETE",
        "/api/v1/me/pending-email",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def stop_my_email_change(self) -> None:
        """Keep your e-mail address: stop a change whose link was not followed yet."""
        self.profiles.stop_my_email_change()

    @endpoint(
        "PUT",
        "/api/v1/email-change-stops",
        body=StopEmailChange,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        errors=[LinkInvalid, LinkExpired, LinkUsed, EmailChangeDone],
    )
    def stop_email_change(self, body: StopEmailChange) -> None:
        """Stop a change of e-mail address, with the token of the mail that announced it."""
        self.profiles.stop_email_change(stop=body)

    @endpoint(
        "POST",
        "/api/v1/email-verifications",
        body=RequestEmailVerification,
        returns=None,
        status=HTTPStatus.ACCEPTED,
        errors=[TooManyTries],
    )
    def request_email_verification(self, body: RequestEmailVerification) -> None:
        """Have the link of a sign-up sent again. The answer is the same for every address."""
        half_hour = self.held_half_hour(body.sign_up)
        self.profiles.request_email_verification(request=body, half_hour=half_hour)

    @endpoint(
        "PUT",
        "/api/v1/email-verifications",
        body=VerifyEmail,
        returns=Session,
        or_nothing=True,
        errors=[
            LinkInvalid,
            LinkExpired,
            LinkUsed,
            AlreadyVerified,
            PasswordNeeded,
            WrongPassword,
            PasswordTooCommon,
            EmailTaken,
            Suspended,
            TooManyTries,
        ],
    )
    def verify_email(self, body: VerifyEmail) -> Wire[Session | None]:
        """Confirm an e-mail address with the token of its link.

        The link of a sign-up makes the account and answers with a session; the link of a change
        of address makes the change and answers 204. A slot that was held for the sign-up is held
        for the account from then on (`GET /held-slots`); its note stays with it unless
        `new_password` was all that proved the sign-up yours.
        """
        return self.confirm(body).session

    @endpoint(
        "POST",
        "/api/v1/password-resets",
        body=RequestPasswordReset,
        returns=None,
        status=HTTPStatus.ACCEPTED,
        errors=[TooManyTries],
    )
    def request_password_reset(self, body: RequestPasswordReset) -> None:
        """Have a link sent that sets a new password. The answer is the same for every address."""
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
        """Set a new password with the token of the link; every session ends.

        This confirms the address, too: the link was read in its mailbox.
        """
        self.profiles.reset_password(reset=body)
