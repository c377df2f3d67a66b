"""Second factors: codes of an authenticator (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.errors import Conflict, Forbidden, Unauthenticated
from chassis.events import Event
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import GivenPassword
from contracts.profiles.codes import Code

# Events


@dataclass(frozen=True, kw_only=True)
class SecondFactorAdded(Event, producer=PRODUCER):
    """An account has a second factor now."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Event, producer=PRODUCER):
    """An account has no second factor any more."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesRenewed(Event, producer=PRODUCER):
    """An account has other recovery codes; the earlier ones are void."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class WrongCodesEntered(Event, producer=PRODUCER):
    """The third wrong code in a row came after the right password of an account."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class BeginTotp:
    """The password, to set an authenticator up."""

    password: GivenPassword = field(repr=False)


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
    """Both factors, to get other recovery codes."""

    password: GivenPassword = field(repr=False)
    code: Code = field(repr=False)


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
    """This code is wrong, or was used before. Please enter another one."""

    code = "wrong_code"


class CodesExhausted(Forbidden):
    """Too many wrong codes were entered for your account. Please reset your password to go on."""

    code = "codes_exhausted"


class TotpConfirmed(Conflict):
    """An authenticator is set up already. Please remove it first."""

    code = "totp_confirmed"


class NoTotp(Conflict):
    """No authenticator is set up, or none waits to be confirmed. Please set one up first."""

    code = "no_totp"
