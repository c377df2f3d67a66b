"""Specialists: professionals' public profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Regexp

from chassis.errors import Conflict, Invalid
from chassis.events import Audience, Event, Version
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import DisplayName
from contracts.shapes import ISO_639, KEBAB_CASE


class SpecialistStatus(StrEnum):
    DRAFT = "draft"
    LISTED = "listed"
    UNLISTED = "unlisted"


class Listing(StrEnum):
    """What a specialist may ask for; see ``SpecialistStatus`` for what may become of it."""

    LISTED = "listed"
    UNLISTED = "unlisted"


# Shapes of single fields

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
class SpecialistChanged(Event, producer=PRODUCER):
    """Whoever reads about the specialist in public reads something else now, or nothing any
    more: whatever was remembered of it is to be forgotten."""

    specialist_id: UUID
    version: Version


# Requests


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


class ProfileExists(Conflict):
    """You have a profile already; change it instead."""

    code = "profile_exists"


class ProfileIncomplete(Invalid):
    """The profile can't be listed yet: something is missing."""

    code = "profile_incomplete"
