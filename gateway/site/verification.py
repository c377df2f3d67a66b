"""The page behind links that confirm an e-mail address: of a sign-up, or of a change.

Opening it changes nothing: mail programs visit links on their own. Its button acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from annotated_doc import Doc

from contracts.profiles.accounts import (
    AlreadyVerified,
    EmailTaken,
    GivenPassword,
    LinkExpired,
    LinkInvalid,
    LinkToken,
    LinkUsed,
    Password,
    PasswordNeeded,
    PasswordTooCommon,
    TooManyTries,
    VerifyEmail,
    WrongPassword,
)
from contracts.profiles.sessions import Suspended
from gateway.api.base import Api
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.sessions import FIRST_PAGE


@dataclass(frozen=True, kw_only=True)
class LinkQuery:
    """The token of a mailed link."""

    token: LinkToken = field(default="", repr=False)


@dataclass(frozen=True)
class LinkShown:
    """``token``: empty where the address was cut off."""

    token: str = field(repr=False)
    asks_password: bool = False


@dataclass(frozen=True, kw_only=True)
class VerificationForm:
    """``asks_password``: this browser did not begin the sign-up, and the page has asked for the
    password of it."""

    token: LinkToken = field(default="", repr=False)
    password: GivenPassword | None = field(default=None, repr=False)
    new_password: Annotated[Password | None, Doc("Instead of that of the sign-up.")] = field(
        default=None, repr=False
    )
    asks_password: bool = False


class VerificationPages(Api):
    @page("/verify-email", query=LinkQuery, template="account/verify_email.html", secret=True)
    def verify_email_page(self, query: LinkQuery, visitor: Visitor) -> LinkShown:
        return LinkShown(query.token)

    @form(
        "/verify-email",
        body=VerificationForm,
        again="verify_email_page",
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
        secret=True,
    )
    def confirm_email(self, body: VerificationForm, visitor: Visitor) -> SeeOther | Shown:
        verify = VerifyEmail(
            token=body.token,
            sign_up=visitor.sign_up or None,
            password=body.password,
            new_password=body.new_password,
        )
        try:
            session = self.profiles.verify_email(verify=verify).load()
        except PasswordNeeded:
            if body.asks_password:
                raise
            shown = LinkShown(body.token, asks_password=True)
            return Shown(view=shown, page="verify_email_page")
        if session is None:
            to = "/settings/email" if visitor.is_signed_in else "/sign-in"
            return SeeOther(to=to, said="email_changed")
        return SeeOther(to=FIRST_PAGE, session=session, sign_up="", said="email_confirmed")
