"""Specialists: the public profiles of professionals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis.errors import Conflict, Invalid
from chassis.events import Audience, Event, Version
from chassis.schemas import Normalised
from contracts.field_patterns import DECIMAL, ISO_639, ISO_3166, ISO_3166_OR_NONE, ISO_4217
from contracts.inputs.texts import OneLineOrNone, headline, one_line, running_text
from contracts.profiles import PRODUCER
from contracts.profiles.accounts import DisplayName
from contracts.vocabulary import ACCESSIBILITY, APPROACHES, TOPICS


class SpecialistStatus(StrEnum):
    DRAFT = "draft"
    LISTED = "listed"
    UNLISTED = "unlisted"


class Listing(StrEnum):
    """The status that a specialist may request; see ``SpecialistStatus`` for all."""

    LISTED = "listed"
    UNLISTED = "unlisted"


# Shapes of single fields

Headline = Annotated[
    str,
    Normalised(headline),
    Length(max=160),
    OneLineOrNone,
    Doc("One line under the name."),
]


Pronouns = Annotated[str, Normalised(one_line), Length(max=40), OneLineOrNone]


Biography = Annotated[str, Normalised(running_text), Length(max=5000), Doc("Markdown.")]


Languages = Annotated[
    list[Annotated[str, Regexp(ISO_639, error="Must be an ISO 639 code, such as 'en'.")]],
    Length(max=20),
    Doc("ISO 639 codes of languages that exist."),
]


Topics = Annotated[
    list[
        Annotated[
            str, OneOf(TOPICS, error="There is no such topic. Please see /api/v1/vocabulary.")
        ]
    ],
    Length(max=20),
    Doc("Keys of topics in the vocabulary, such as `anxiety`."),
]


Approaches = Annotated[
    list[
        Annotated[
            str,
            OneOf(APPROACHES, error="There is no such approach. Please see /api/v1/vocabulary."),
        ]
    ],
    Length(max=20),
    Doc("Keys of approaches in the vocabulary, such as `systemic`."),
]


Accessibility = Annotated[
    list[
        Annotated[
            str, OneOf(ACCESSIBILITY, error="There is no such key. Please see /api/v1/vocabulary.")
        ]
    ],
    Length(max=20),
    Doc("Keys of accessibility in the vocabulary, such as `wheelchair`."),
]


CountryCode = Annotated[
    str, Regexp(ISO_3166, error="Must be an ISO 3166-1 alpha-2 code, such as 'DE'.")
]


Countries = Annotated[
    list[CountryCode], Length(max=50), Doc("Where clients may live; ISO 3166-1 alpha-2.")
]


@dataclass(frozen=True, kw_only=True)
class Fee:
    """The price of a later session, for information. The first consultation is free."""

    amount: Annotated[
        str,
        Regexp(DECIMAL, error="Must be a decimal, such as '95.00'."),
        Doc("An exact decimal."),
    ]
    currency: Annotated[
        str,
        Regexp(ISO_4217, error="Must be an ISO 4217 code, such as 'EUR'."),
        Doc("ISO 4217."),
    ]
    minutes: Annotated[int, Range(5, 480), Doc("The length of such a session.")]


@dataclass(frozen=True, kw_only=True)
class Practice:
    """The place of sessions in person. It is public, so it has no street or number."""

    country: Annotated[
        str,
        Regexp(ISO_3166_OR_NONE, error="Must be an ISO 3166-1 alpha-2 code, such as 'DE'."),
        Doc("ISO 3166-1 alpha-2, or empty."),
    ] = ""
    place: Annotated[
        str,
        Normalised(one_line),
        Length(max=100),
        OneLineOrNone,
        Doc("The town, such as `Berlin`, or empty."),
    ] = ""


Fees = Annotated[list[Fee], Length(max=10), Doc("Prices of later sessions, for information.")]


# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistListed(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A profile was listed, so search finds it."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    slug: Annotated[str, Doc("The slug in the profile's address.")] = ""
    languages: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SpecialistUpdated(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A listed profile was changed."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    slug: Annotated[str, Doc("The slug in the profile's address.")] = ""
    languages: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SpecialistUnlisted(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A profile is no longer listed, so it can't be found or booked."""

    specialist_id: UUID
    version: Version


@dataclass(frozen=True, kw_only=True)
class SpecialistChanged(Event, producer=PRODUCER):
    """The public view of a specialist has changed or is gone. Cached copies must be dropped."""

    specialist_id: UUID
    version: Version


# Requests


@dataclass(frozen=True, kw_only=True)
class WriteProfile:
    """A specialist's profile; it is a draft until it is listed."""

    display_name: DisplayName
    pronouns: Pronouns = ""
    headline: Headline = ""
    biography: Biography = ""
    topics: Topics = field(default_factory=list)
    approaches: Approaches = field(default_factory=list)
    languages: Languages = field(default_factory=list)
    countries: Countries = field(default_factory=list)
    in_person: bool = False
    practice: Practice = field(default_factory=Practice)
    online: bool = False
    fees: Fees = field(default_factory=list)
    accessibility: Accessibility = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangeProfile:
    """Changes of a profile. Fields that are left out stay."""

    display_name: DisplayName | None = None
    pronouns: Pronouns | None = None
    headline: Headline | None = None
    biography: Biography | None = None
    topics: Topics | None = None
    approaches: Approaches | None = None
    languages: Languages | None = None
    countries: Countries | None = None
    in_person: bool | None = None
    practice: Annotated[
        Practice | None, Doc("Replaces the whole practice. Fields that are left out become empty.")
    ] = None
    online: bool | None = None
    fees: Fees | None = None
    accessibility: Accessibility | None = None
    status: Annotated[Listing | None, Doc("List the profile, or unlist it.")] = None


# Resources


@dataclass(frozen=True, kw_only=True)
class Photo:
    """The paths of a photo, by size. They never change."""

    large: Annotated[str, Doc("512 × 512 pixels, WebP.")]
    medium: Annotated[str, Doc("256 × 256 pixels, WebP.")]
    small: Annotated[str, Doc("96 × 96 pixels, WebP.")]


@dataclass(frozen=True, kw_only=True)
class Specialist:
    """A specialist's profile, under the id of its account."""

    derived: ClassVar[frozenset[str]] = frozenset({"slug", "verified", "featured", "next_slot_at"})
    """Derived fields. A change of them makes no write stale."""

    id: UUID
    slug: Annotated[
        str,
        Doc(
            "A readable name for addresses, which the API takes in place of the id. It changes "
            "with the name. Former slugs keep leading here."
        ),
    ]
    status: SpecialistStatus
    display_name: str
    pronouns: str
    headline: str
    biography: Annotated[str, Doc("Markdown, as it was written.")]
    biography_html: Annotated[str, Doc("The same as HTML, sanitised.")]
    photo: Photo | None
    topics: list[str]
    approaches: list[str]
    languages: list[str]
    countries: list[str]
    in_person: bool
    practice: Practice
    online: bool
    fees: Annotated[list[Fee], Doc("For later sessions; the first consultation is free.")]
    accessibility: list[str]
    verified: Annotated[bool, Doc("Whether an admin has verified a licence that is still valid.")]
    featured: Annotated[bool, Doc("Whether the specialist is featured. It is derived, never set.")]
    next_slot_at: Annotated[
        datetime | None, Doc("The next bookable time, as of booking's last event.")
    ]
    next_slots: Annotated[
        list[datetime],
        Doc("The next bookable times, three at most, as of booking's last event."),
    ]


class Listable(Protocol):
    """What a profile says that decides whether it can be listed."""

    @property
    def headline(self) -> str: ...
    @property
    def biography(self) -> str: ...
    @property
    def topics(self) -> list[str]: ...
    @property
    def languages(self) -> list[str]: ...
    @property
    def online(self) -> bool: ...
    @property
    def in_person(self) -> bool: ...


def missing_to_list(profile: Listable) -> list[str]:
    """The fields that a profile still needs to be listed; ``online``: it names no kind of
    sessions."""
    needed = {
        "headline": profile.headline,
        "biography": profile.biography,
        "topics": profile.topics,
        "languages": profile.languages,
        "online": profile.online or profile.in_person,
    }
    return [name for name, value in needed.items() if not value]


# Refusals


class ProfileExists(Conflict):
    """You have a profile already. Please change it instead."""

    code = "profile_exists"


class ProfileIncomplete(Invalid):
    """Your profile can't be listed yet, because something is missing. Please see `errors`."""

    code = "profile_incomplete"


class NoSuchCode(Invalid):
    """A language, country, currency or time zone does not exist. Please see `errors`."""

    code = "no_such_code"
