"""Pages of passwords: one that was forgotten, and a new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from werkzeug.wrappers import Request, Response

from contracts.profiles.accounts import (
    ChangePassword,
    GivenEmail,
    LinkExpired,
    LinkInvalid,
    LinkToken,
    LinkUsed,
    Password,
    PasswordTooCommon,
    RequestPasswordReset,
    ResetPassword,
    TooManyTries,
    WrongPassword,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.http.document import document
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.account.mail_folder import MailSent, mail_folder
from gateway.site.account.verification import LinkQuery, LinkShown
from gateway.site.settings.settings import Protected

SETTING = "/settings/password"
CHECK_MAIL = "/forgotten/check-mail"


@dataclass(frozen=True, kw_only=True)
class ForgottenForm:
    """The address of the account whose password was forgotten."""

    email: GivenEmail


@dataclass(frozen=True, kw_only=True)
class NewPasswordForm:
    """The token of a reset link, and a new password."""

    password: Password = field(repr=False)
    token: LinkToken = field(default="", repr=False)


class PasswordPages(Api):
    mails_in = mail_folder()

    @document("/.well-known/change-password")
    def well_known_change_password(self, request: Request) -> Response:
        """Password managers open it (W3C, A Well-Known URL for Changing Passwords)."""
        return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": SETTING})

    @page("/forgotten", template="account/forgotten.html")
    def forgotten_page(self, visitor: Visitor) -> None:
        """Where a password was forgotten."""

    @form("/forgotten", body=ForgottenForm, again="forgotten_page", errors=[TooManyTries])
    def send_reset_link(self, body: ForgottenForm, visitor: Visitor) -> SeeOther:
        """The answer is the same for every address."""
        self.profiles.request_password_reset(request=RequestPasswordReset(email=body.email))
        return SeeOther(to=CHECK_MAIL)

    @page(CHECK_MAIL, template="account/reset_sent.html")
    def reset_sent_page(self, visitor: Visitor) -> MailSent:
        """The link is on its way, if the address has an account."""
        return MailSent(self.mails_in)

    @page("/reset-password", query=LinkQuery, template="account/reset_password.html", secret=True)
    def reset_password_page(self, query: LinkQuery, visitor: Visitor) -> LinkShown:
        return LinkShown(query.token)

    @form(
        "/reset-password",
        body=NewPasswordForm,
        again="reset_password_page",
        errors=[LinkInvalid, LinkExpired, LinkUsed, PasswordTooCommon],
        secret=True,
    )
    def set_new_password(self, body: NewPasswordForm, visitor: Visitor) -> SeeOther:
        """All sessions of the account end."""
        self.profiles.reset_password(reset=ResetPassword(token=body.token, password=body.password))
        return SeeOther(to="/sign-in", said="password_changed", signs_out=True)

    @page(SETTING, template="settings/password.html", allow=SIGNED_IN)
    def password_page(self, visitor: Visitor) -> Protected:
        return Protected.of(self.profiles.get_me().load())

    @form(
        SETTING,
        body=ChangePassword,
        again="password_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, PasswordTooCommon],
    )
    def change_my_password(self, body: ChangePassword, visitor: Visitor) -> SeeOther:
        """All other sessions end."""
        self.profiles.change_password(change=body)
        return SeeOther(to=SETTING, said="password_changed")
