"""Accounts: who can sign in, and what they may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Email, Length, Regexp

from chassis.errors import Conflict, Forbidden
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
    """Somebody is to prove that an address is theirs; it may be one that they change to."""

    account_id: UUID
    email: str
    token: Annotated[str, Doc("What the link in the mail bears; good once.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event, producer=PRODUCER):
    """An address was proven."""

    account_id: UUID
    email: str


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event, producer=PRODUCER):
    """Somebody who knows no password any more asked for a new one."""

    account_id: UUID
    email: str
    token: Annotated[str, Doc("What the link in the mail bears; good once.")] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, producer=PRODUCER):
    """An account has another password."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event, producer=PRODUCER):
    """An account has another address."""

    account_id: UUID
    version: Version
    email: str
    previous_email: str


@dataclass(frozen=True, kw_only=True)
class RolesChanged(Event, producer=PRODUCER):
    """What an account may be is different now."""

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


# Resources


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: UUID
    email: str
    display_name: str
    roles: list[Role]
    created_at: datetime


# Refusals


class EmailTaken(Conflict):
    """An account with this e-mail address exists already."""

    code = "email_taken"


class WrongPassword(Forbidden):
    """That is not your password."""

    code = "wrong_password"
