"""What profiles tells, answers and refuses: accounts, specialists, featuring."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Email, Length, Regexp

from chassis.errors import Conflict, Invalid, Unauthenticated
from chassis.events import Audience, Event, Version
from contracts.shapes import KEBAB_CASE

PRODUCER = "profiles"
TOKEN_ISSUER = "firststep"
TOKEN_ALGORITHM = "Ed25519"
"""RFC 9864. What signs access tokens, and what verifies them."""


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


class SpecialistStatus(StrEnum):
    DRAFT = "draft"
    LISTED = "listed"
    UNLISTED = "unlisted"


class Listing(StrEnum):
    """What a specialist may ask for; see ``SpecialistStatus`` for what may become of it."""

    LISTED = "listed"
    UNLISTED = "unlisted"


class NotFeatured(StrEnum):
    """Why a specialist is not featured."""

    NOT_LISTED = "not_listed"
    NOT_VERIFIED = "not_verified"
    NO_FREE_CONSULTATIONS = "no_free_consultations"
    NO_SLOT_SOON = "no_slot_soon"


# Shapes of single fields; Python's $ lets a newline follow, hence the (?!\n)

ISO_639 = r"^[a-z]{2,3}$(?!\n)"
ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$(?!\n)"
EmailAddress = Annotated[str, Length(max=254), Email()]
Password = Annotated[
    str, Length(12, 200), Doc("At least 12 characters; no other rule (NIST SP 800-63B).")
]
DisplayName = Annotated[
    str,
    Length(1, 100),
    Regexp(ONE_LINE, error="Must be one line of text, and not blank."),
]
Headline = Annotated[str, Length(max=160), Doc("One line under the name.")]
Biography = Annotated[str, Length(max=5000)]
Languages = Annotated[
    list[Annotated[str, Regexp(ISO_639, error="Must be an ISO 639 code, such as 'en'.")]],
    Length(max=20),
]
Topics = Annotated[
    list[Annotated[str, Length(max=40), Regexp(KEBAB_CASE)]],
    Length(max=20),
    Doc("Stable keys such as `anxiety`."),
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
class SpecialistListed(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A profile can be found from now on."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str


@dataclass(frozen=True, kw_only=True)
class SpecialistUpdated(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A listed profile reads differently."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str


@dataclass(frozen=True, kw_only=True)
class SpecialistUnlisted(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A profile can no longer be found or booked."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class SpecialistFeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """The specialist is listed, verified, offers free consultations and can be booked within
    14 days: all of it became true."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    next_slot_at: Annotated[datetime, Doc("The next bookable time when this was said.")]


@dataclass(frozen=True, kw_only=True)
class SpecialistUnfeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """What featuring needs is no longer all true."""

    specialist_id: UUID
    version: Version
    reason: NotFeatured


# Requests


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A new account."""

    email: EmailAddress
    password: Password = field(repr=False)
    display_name: DisplayName
    role: SignUpRole


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """An account's e-mail address and password."""

    email: Annotated[str, Length(max=254)]
    password: Annotated[str, Length(max=200)] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class WriteProfile:
    """A specialist's profile; it is a draft until it is listed."""

    display_name: DisplayName
    headline: Headline = ""
    biography: Biography = ""
    languages: Languages = field(default_factory=list)
    topics: Topics = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangeProfile:
    """What is to change; what is left out stays."""

    display_name: DisplayName | None = None
    headline: Headline | None = None
    biography: Biography | None = None
    languages: Languages | None = None
    topics: Topics | None = None
    status: Annotated[Listing | None, Doc("Be found, or withdraw.")] = None


# Resources


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: UUID
    email: str
    display_name: str
    roles: list[Role]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """Proof of having signed in, for the `Authorization: Bearer` header."""

    access_token: str
    token_type: str
    expires_in: Annotated[int, Doc("Seconds until the token expires.")]


@dataclass(frozen=True, kw_only=True)
class Specialist:
    """A professional's profile, under the id of the account that owns it."""

    id: UUID
    status: SpecialistStatus
    display_name: str
    headline: str
    biography: str
    languages: list[str]
    topics: list[str]
    verified: bool
    featured: Annotated[bool, Doc("Derived from facts; nobody sets it.")]
    next_slot_at: Annotated[datetime | None, Doc("The next bookable time, as last heard.")]


# Refusals


class EmailTaken(Conflict):
    """An account with this e-mail address exists already."""

    code = "email_taken"


class WrongCredentials(Unauthenticated):
    """The e-mail address or the password is wrong."""

    code = "wrong_credentials"


class ProfileExists(Conflict):
    """You have a profile already; change it instead."""

    code = "profile_exists"


class ProfileIncomplete(Invalid):
    """The profile can't be listed yet: something is missing."""

    code = "profile_incomplete"
