"""Pages of the second factor: an authenticator, and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import segno
from markupsafe import Markup
from marshmallow.validate import Length

from chassis.errors import EmailNotVerified
from contracts.profiles.accounts import TooManyTries, WrongPassword
from contracts.profiles.codes import Code
from contracts.profiles.second_factors import (
    BeginTotp,
    ConfirmTotp,
    NoTotp,
    RemoveTotp,
    RenewRecoveryCodes,
    TotpConfirmed,
    WrongCode,
)
from gateway.api.base import Api
from gateway.api.codes import CODE_REFUSED
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.settings.settings import Protected

FACTOR, CODES = "/settings/second-factor", "/settings/recovery-codes"
CONFIRM, REMOVE = f"{FACTOR}/confirmation", f"{FACTOR}/removal"
GROUP = 4
LONGEST_URI = 600


@dataclass(frozen=True)
class TotpShown:
    """``uri``: ``otpauth://…``; empty where the page is opened by its address."""

    uri: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class ConfirmForm:
    """A code of the authenticator. ``uri``: so that a wrong one shows the QR code again."""

    code: Code = field(repr=False)
    uri: Annotated[str, Length(max=LONGEST_URI)] = field(default="", repr=False)


@dataclass(frozen=True)
class CodesShown:
    """``is_new``: the second factor was set up just now."""

    codes: list[str] = field(repr=False)
    is_new: bool


class SecondFactorPages(Api):
    @page(FACTOR, template="settings/second_factor.html", allow=SIGNED_IN)
    def second_factor_page(self, visitor: Visitor) -> Protected:
        return Protected.of(self.profiles.get_me().load())

    @form(
        FACTOR,
        body=BeginTotp,
        again="second_factor_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, EmailNotVerified, TotpConfirmed, TooManyTries],
        secret=True,
    )
    def begin_second_factor(self, body: BeginTotp, visitor: Visitor) -> Shown:
        totp = self.profiles.begin_totp(begin=body).load()
        return Shown(view=TotpShown(totp.uri), page="confirm_second_factor_page")

    @page(CONFIRM, template="settings/authenticator.html", allow=SIGNED_IN, secret=True)
    def confirm_second_factor_page(self, visitor: Visitor) -> TotpShown:
        return TotpShown()

    @form(
        CONFIRM,
        body=ConfirmForm,
        again="confirm_second_factor_page",
        allow=SIGNED_IN,
        errors=[WrongCode, NoTotp, TotpConfirmed, TooManyTries],
        secret=True,
    )
    def confirm_second_factor(self, body: ConfirmForm, visitor: Visitor) -> Shown:
        """All other sessions end; this one gets the roles that need a second factor."""
        codes = self.profiles.confirm_totp(confirm=ConfirmTotp(code=body.code)).load()
        shown = CodesShown(codes.codes, is_new=True)
        return Shown(view=shown, template="settings/codes_shown.html", renews=True)

    @form(
        REMOVE,
        body=RemoveTotp,
        again="second_factor_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, NoTotp],
    )
    def remove_second_factor(self, body: RemoveTotp, visitor: Visitor) -> SeeOther:
        """All other sessions end; this one loses the roles that need a second factor."""
        self.profiles.remove_totp(remove=body)
        return SeeOther(to=FACTOR, said="second_factor_removed", renews=True)

    @page(CODES, template="settings/recovery_codes.html", allow=SIGNED_IN)
    def recovery_codes_page(self, visitor: Visitor) -> Protected:
        return Protected.of(self.profiles.get_me().load())

    @form(
        CODES,
        body=RenewRecoveryCodes,
        again="recovery_codes_page",
        allow=SIGNED_IN,
        errors=[WrongPassword, *CODE_REFUSED, NoTotp],
        secret=True,
    )
    def make_recovery_codes(self, body: RenewRecoveryCodes, visitor: Visitor) -> Shown:
        codes = self.profiles.renew_recovery_codes(renew=body).load()
        shown = CodesShown(codes.codes, is_new=False)
        return Shown(view=shown, template="settings/codes_shown.html")


def qr_code(uri: str) -> Markup:
    """The text as a QR code (SVG); empty for another one than an authenticator's."""
    if not uri.startswith("otpauth://"):
        return Markup()
    drawn = segno.make(uri, error="m", micro=False).svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None, dark="#000"
    )
    return Markup(drawn)


def secret_in(uri: str) -> str:
    """The secret of an authenticator's URI in groups of four, for typing."""
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0]
    return " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP))
