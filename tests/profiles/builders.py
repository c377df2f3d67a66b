"""Specialists, and what is heard about them, with the usual filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from contracts.booking import AvailabilityChanged
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.specialists import ChangeProfile, Listing, SpecialistStatus, WriteProfile
from services.profiles.specialists.specialists import Specialist

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The time at which rules are tried."""
TOMORROW = NOW + timedelta(days=1)
LIST = ChangeProfile(status=Listing.LISTED)
UNLIST = ChangeProfile(status=Listing.UNLISTED)


def a_profile(**changes: Any) -> WriteProfile:
    profile: dict[str, Any] = {
        "display_name": "Dr Ada Example",
        "headline": "Where to start",
        "biography": "I listen first.",
        "languages": ["en"],
        "topics": ["anxiety"],
    }
    return WriteProfile(**{**profile, **changes})


def an_empty_specialist() -> Specialist:
    """As the row is before anything is known."""
    return Specialist(
        id=new_id(),
        version=0,
        status=SpecialistStatus.DRAFT,
        display_name="",
        headline="",
        biography="",
        languages=[],
        topics=[],
        featured=False,
        offers_free_consultations=False,
        next_slot_at=None,
        availability_version=0,
        obstacle=NotFeatured.NOT_LISTED,
    )


def a_specialist(listed: bool = False, bookable: bool = False) -> Specialist:
    """With a profile; ``bookable``: for free, tomorrow."""
    specialist = an_empty_specialist()
    specialist.write(a_profile())
    if listed:
        specialist.change(LIST, NOW)
    if bookable:
        specialist.learn_availability(news_of(specialist.id), NOW)
    return specialist


def news_of(
    specialist_id: UUID,
    version: int = 1,
    offers: bool = True,
    next_slot_at: datetime | None = TOMORROW,
) -> AvailabilityChanged:
    return AvailabilityChanged(
        specialist_id=specialist_id,
        version=version,
        offers_free_consultations=offers,
        next_slot_at=next_slot_at,
    )
