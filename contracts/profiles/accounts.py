"""Accounts: who can sign in, and what they may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Email, Length, Regexp

from chassis.errors import Conflict, Forbidden, Invalid, TooMany
from chassis.events import Event, Version
from contracts.profiles import PRODUCER
from contracts.shapes import ONE_LINE


class Role(StrEnum):
    """What an account may be on the platform."""

    CLIENT = "client"
    SPECIALIST = "specialist"
    EDITOR = "editor"
    MARKETING = "marketing"
    ADMIN = "admin"


class SignUpRole(StrEnum):
    """The roles that a person may take; the others are granted."""

    CLIENT = "client"
    SPECIALIST = "specialist"


# Shapes of single fields

EmailAddress = Annotated[str, Length(max=254), Email()]


Password = Annotated[
    str, Length(12, 200), Doc("At least 12 characters; no other rule (NIST SP 800-63B).")
]


GivenPassword = Annotated[str, Length(max=200)]
"""A password to compare with: its own rules were those of when it was made."""


LinkToken = Annotated[str, Length(max=2000)]


DisplayName = Annotated[
    str,
    Length(1, 100),
    Regexp(ONE_LINE, error="Must be one line of text, and not blank."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class AccountRegistered(Event, producer=PRODUCER):
    """Somebody signed up. Carries what is needed to write to them."""

    account_id: UUID
    email: str
    display_name: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class EmailVerificationRequested(Event, producer=PRODUCER):
    """An e-mail address is to be proven: a new account's, or the one that an account changes
    to."""

    account_id: UUID
    email: Annotated[str, Doc("Where the link goes.")]
    token: Annotated[str, Doc("For `/verify-email#token=…`; works once.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event, producer=PRODUCER):
    """Who signed up reads mail at this address."""

    account_id: UUID
    email: str


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event, producer=PRODUCER):
    """An account has another e-mail address, which is proven."""

    account_id: UUID
    version: Version
    email: str
    previous_email: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event, producer=PRODUCER):
    """Somebody says that they forgot the password of this account."""

    account_id: UUID
    email: str
    token: Annotated[str, Doc("For `/reset-password#token=…`; works once.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, producer=PRODUCER):
    """An account has another password, by reset or by change."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event, producer=PRODUCER):
    """An account was granted a role, or lost one."""

    account_id: UUID
    version: Version
    roles: list[Role]


# Requests


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A new account."""

    email: EmailAddress
    password: Password = field(repr=False)
    display_name: DisplayName
    role: SignUpRole


@dataclass(frozen=True, kw_only=True)
class ChangeAccount:
    """What is to change; what is left out stays."""

    display_name: DisplayName | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeEmail:
    """Another e-mail address; it takes effect when the link that is sent there is followed."""

    email: EmailAddress
    password: GivenPassword = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """Another password."""

    current: GivenPassword = field(repr=False)
    new: Password = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class VerifyEmail:
    """What stood in a verification link."""

    token: LinkToken = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RequestPasswordReset:
    """Whose password was forgotten."""

    email: Annotated[str, Length(max=254)]


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """What stood in a reset link, and the password from now on."""

    token: LinkToken = field(repr=False)
    password: Password = field(repr=False)


# Resources


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: UUID
    email: str
    display_name: str
    roles: list[Role]
    created_at: datetime
    verified: Annotated[bool, Doc("The e-mail address is proven.")]
    second_factor: Annotated[bool, Doc("Logging in takes a code as well.")]
    dormant_roles: Annotated[
        list[Role], Doc("Roles that take effect once a second factor is set up: `admin`.")
    ]


# Refusals


class EmailTaken(Conflict):
    """An account with this e-mail address exists already."""

    code = "email_taken"


class PasswordTooCommon(Invalid):
    """This password is among those that are tried first: choose another one."""

    code = "password_too_common"


class WrongPassword(Forbidden):
    """That is not your password."""

    code = "wrong_password"


class AlreadyVerified(Conflict):
    """Your e-mail address is verified already."""

    code = "already_verified"


class LinkInvalid(Invalid):
    """This link is none of ours, or was cut off: copy it whole, or ask for a new one."""

    code = "link_invalid"


class LinkExpired(Invalid):
    """This link has expired: ask for a new one."""

    code = "link_expired"


class LinkUsed(Invalid):
    """This link was used, or what it was for has changed since: ask for a new one."""

    code = "link_used"


class TooManyTries(TooMany):
    """That was tried too often; wait a few minutes."""

    code = "too_many_tries"
