"""Featuring: who can be booked for free soon. A truth that nobody sets by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range

from chassis.errors import Invalid
from chassis.events import Audience, Event, Version
from chassis.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from contracts.profiles import PRODUCER
from contracts.profiles.specialists import Specialist
from contracts.shapes import PublishedCount

MOST_IDS = LARGEST_LIMIT
MOST_EXPOSURES = 10_000


class NotFeatured(StrEnum):
    """Why a specialist is not featured."""

    NOT_VERIFIED = "not_verified"
    NOT_LISTED = "not_listed"
    NO_FREE_CONSULTATIONS = "no_free_consultations"
    NO_SLOT_SOON = "no_slot_soon"


class FeaturedBecause(StrEnum):
    """What became true last, so that a specialist is featured."""

    LISTED = "listed"
    VERIFIED = "verified"
    OFFERS_FREE_CONSULTATIONS = "offers_free_consultations"
    SLOT_SOON = "slot_soon"
    MENDED = "mended"
    """All of it was true before; only the record was wrong."""


# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistFeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """The specialist is listed, verified, offers free consultations and can be booked within
    14 days: all of it became true."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    next_slot_at: Annotated[datetime, Doc("The next bookable time when this was said.")]
    reason: Annotated[
        FeaturedBecause | None, Doc("What became true last; null where it was said before 0.2.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SpecialistUnfeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """What featuring needs is no longer all true."""

    specialist_id: UUID
    version: Version
    reason: NotFeatured


FEED: tuple[type[Event], ...] = (SpecialistFeatured, SpecialistUnfeatured)
"""What the public feed tells, in order."""


# Shapes of single fields

Visit = Annotated[
    str,
    Length(max=64),
    Doc("`visit` of an earlier answer: shows the featured in the order of then."),
]


# Requests


@dataclass(frozen=True, kw_only=True)
class FeaturedQuery:
    """Which part of the featured, and in whose order."""

    visit: Visit | None = None
    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the page before.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class SpecialistQuery:
    """Where somebody comes from."""

    visit: Annotated[
        str | None, Length(max=64), Doc("`visit` of the page of the featured that led here.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class FeedQuery:
    """From where on to read the feed."""

    after: Annotated[
        str | None, Length(max=64), Doc("`next` of the page before; without: who is featured now.")
    ] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Events on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """How often a specialist was shown among the featured, and opened from there, in a while."""

    specialist_id: UUID
    day: date
    shown: Annotated[int, Range(min=0)] = 0
    opened: Annotated[int, Range(min=0)] = 0


# Resources


@dataclass(frozen=True, kw_only=True)
class FeaturedPage:
    """Some of the featured. Everybody begins elsewhere, so that all are shown equally often."""

    items: list[Specialist]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    visit: Annotated[str, Doc("Names this order: asking again with it begins at the same place.")]


@dataclass(frozen=True, kw_only=True)
class ExposureOfDay:
    """How often a specialist was shown and opened on a day."""

    day: Annotated[date, Doc("In UTC.")]
    shown: Annotated[PublishedCount, Doc("Times on a page of the featured; null under five.")]
    opened: Annotated[
        PublishedCount, Doc("Times the profile was opened from such a page; null under five.")
    ]


@dataclass(frozen=True, kw_only=True)
class FeaturingReport:
    """Whether a specialist is featured, why not, and what came of it."""

    featured: bool
    since: Annotated[datetime | None, Doc("Since when `featured` is what it is, where known.")]
    against: Annotated[list[NotFeatured], Doc("Everything that stands against it.")]
    days: Annotated[list[ExposureOfDay], Doc("The last 30 days, today first.")]


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """A public event as it was sent: CloudEvents 1.0, JSON format."""

    specversion: str
    id: UUID
    source: str
    type: str
    time: datetime
    subject: str
    datacontenttype: str
    dataschema: str
    correlationid: str
    data: Annotated[dict[str, Any], Doc("As `/asyncapi.json` describes this type's.")]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Public events in the order in which they took effect.

    Without `after` the first pages are a snapshot: the last `SpecialistFeatured` of each who is
    featured. The pages after them are the changes since, each once.
    """

    items: list[CloudEvent]
    next: Annotated[str, Doc("What to ask for with `after`, now or later: it goes on for ever.")]
    caught_up: Annotated[bool, Doc("Nothing more for now: ask again in a while.")]


# Refusals


class BadVisit(Invalid):
    """This visit is not known. Please ask for the featured specialists without one."""

    code = "bad_visit"
