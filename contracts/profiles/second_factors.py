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
    """A second factor was set up for an account."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Event, producer=PRODUCER):
    """The second factor of an account was removed."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesRenewed(Event, producer=PRODUCER):
    """An account has new recovery codes; the earlier ones are void."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class WrongCodesEntered(Event, producer=PRODUCER):
    """A third wrong code in a row was entered after the right password of an account."""

    account_id: UUID


# Requests


@dataclass(frozen=True, kw_only=True)
class BeginTotp:
    """The password, needed to set up an authenticator."""

    password: GivenPassword = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ConfirmTotp:
    """A code, to show that the authenticator has the secret."""

    code: Code = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RemoveTotp:
    """Both factors, needed to remove the second one."""

    password: GivenPassword = field(repr=False)
    code: Code = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RenewRecoveryCodes:
    """Both factors, needed to get new recovery codes."""

    password: GivenPassword = field(repr=False)
    code: Code = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Totp:
    """A secret for an authenticator. It takes effect once it is confirmed with a code."""

    secret: Annotated[str, Doc("The secret in Base32, for typing.")] = field(repr=False)
    uri: Annotated[str, Doc("The secret as `otpauth://…`, for a QR code.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RecoveryCodes:
    """Recovery codes. Each replaces an authenticator's code once. They are shown only this time."""

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
