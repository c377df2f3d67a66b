"""Second factors: codes of an authenticator (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict, Unauthenticated
from contracts.profiles.accounts import GivenPassword

Code = Annotated[str, Length(1, 40)]


# Requests


@dataclass(frozen=True, kw_only=True)
class ConfirmTotp:
    """Shows that the authenticator has the secret."""

    code: Code = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RemoveTotp:
    """Both factors, to do without the second one."""

    password: GivenPassword = field(repr=False)
    code: Code = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RenewRecoveryCodes:
    """The password, to get other recovery codes."""

    password: GivenPassword = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Totp:
    """A secret for an authenticator. It takes effect once it is confirmed with a code."""

    secret: Annotated[str, Doc("Base32, to be typed.")] = field(repr=False)
    uri: Annotated[str, Doc("`otpauth://…`, to be shown as a QR code.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RecoveryCodes:
    """Each logs in once in place of an authenticator's code. They are shown this once."""

    codes: list[str] = field(repr=False)


# Refusals


class WrongCode(Unauthenticated):
    """This code is wrong, or was used before."""

    code = "wrong_code"


class TotpConfirmed(Conflict):
    """An authenticator is set up already: remove it first."""

    code = "totp_confirmed"


class NoTotp(Conflict):
    """No authenticator is set up, or none waits to be confirmed."""

    code = "no_totp"
