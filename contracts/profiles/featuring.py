"""Featuring: specialists who can be booked for free soon. Derived from facts, never set."""

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
from contracts.field_patterns import PublishedCount
from contracts.profiles import PRODUCER
from contracts.profiles.specialists import Specialist

MOST_IDS = LARGEST_LIMIT
MOST_EXPOSURES = 10_000


class NotFeatured(StrEnum):
    """Why a specialist is not featured."""

    NOT_VERIFIED = "not_verified"
    NOT_LISTED = "not_listed"
    NO_FREE_CONSULTATIONS = "no_free_consultations"
    NO_SLOT_SOON = "no_slot_soon"


class FeaturedBecause(StrEnum):
    """The last condition of featuring that became true."""

    LISTED = "listed"
    VERIFIED = "verified"
    OFFERS_FREE_CONSULTATIONS = "offers_free_consultations"
    SLOT_SOON = "slot_soon"
    MENDED = "mended"
    """All conditions were true before; the record was wrong."""


# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistFeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A specialist is featured: listed, verified, offering free consultations, and with a free
    slot within 14 days."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    next_slot_at: Annotated[datetime, Doc("The next bookable time when this event was emitted.")]
    reason: Annotated[
        FeaturedBecause | None,
        Doc("The last condition that became true; null in events before 0.2."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class SpecialistUnfeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A specialist is no longer featured: a condition is not true any more."""

    specialist_id: UUID
    version: Version
    reason: NotFeatured


FEED: tuple[type[Event], ...] = (SpecialistFeatured, SpecialistUnfeatured)
"""The events in the public feed, in order."""


# Shapes of single fields

Visit = Annotated[
    str,
    Length(max=64),
    Doc("`visit` of an earlier answer, to get the same order again."),
]


# Requests


@dataclass(frozen=True, kw_only=True)
class FeaturedQuery:
    """A page of the featured specialists, in the order of a visit."""

    visit: Visit | None = None
    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the page before.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class SpecialistQuery:
    """The page of featured specialists that led to a profile."""

    visit: Annotated[
        str | None, Length(max=64), Doc("`visit` of the page of the featured that led here.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class FeedQuery:
    """The position in the feed to read from."""

    after: Annotated[
        str | None,
        Length(max=64),
        Doc("`next` of the preceding page. Without it, the feed begins with a snapshot."),
    ] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Events on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """How often a specialist was shown among the featured and opened from there, in one report."""

    specialist_id: UUID
    day: date
    shown: Annotated[int, Range(min=0)] = 0
    opened: Annotated[int, Range(min=0)] = 0


# Resources


@dataclass(frozen=True, kw_only=True)
class FeaturedPage:
    """A page of the featured specialists. Each visit begins at another place, so that all are
    shown equally often."""

    items: list[Specialist]
    next: Annotated[str | None, Doc("The cursor of the next page; null on the last.")]
    visit: Annotated[str, Doc("The name of this order, to begin at the same place again.")]


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
    """Whether a specialist is featured, why not, and how often the profile was shown."""

    featured: bool
    since: Annotated[datetime | None, Doc("Since when `featured` has its value, where known.")]
    against: Annotated[list[NotFeatured], Doc("All conditions of featuring that are not met.")]
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
    data: Annotated[dict[str, Any], Doc("The data of this type, as `/asyncapi.json` describes it.")]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Public events in the order in which they took effect.

    Without `after` the first pages are a snapshot: the last `SpecialistFeatured` of each featured
    specialist. The following pages are the changes since, each once.
    """

    items: list[CloudEvent]
    next: Annotated[str, Doc("The value for `after`, now or later. It never expires.")]
    caught_up: Annotated[bool, Doc("Whether this is all for now. Ask again later.")]


# Refusals


class BadVisit(Invalid):
    """This visit is not known. Please ask for the featured specialists without one."""

    code = "bad_visit"
