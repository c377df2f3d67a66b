"""The rule of featuring: which facts make a specialist featured. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.profiles.featuring import FeaturedBecause, NotFeatured

SOON = timedelta(days=14)
GONE: dict[str | None, FeaturedBecause] = {
    NotFeatured.NOT_LISTED: FeaturedBecause.LISTED,
    NotFeatured.NOT_VERIFIED: FeaturedBecause.VERIFIED,
    NotFeatured.NO_FREE_CONSULTATIONS: FeaturedBecause.OFFERS_FREE_CONSULTATIONS,
    NotFeatured.NO_SLOT_SOON: FeaturedBecause.SLOT_SOON,
}


@dataclass(frozen=True)
class FeaturingFacts:
    """The facts that featuring follows from."""

    listed: bool
    verified: bool
    offers_free_consultations: bool
    next_slot_at: datetime | None


def obstacles(facts: FeaturingFacts, now: datetime) -> list[NotFeatured]:
    """All conditions that are not met, the most telling first."""
    found = []
    if not facts.verified:  # the end of a licence also unlists, so it comes first
        found.append(NotFeatured.NOT_VERIFIED)
    if not facts.listed:
        found.append(NotFeatured.NOT_LISTED)
    if not facts.offers_free_consultations:
        found.append(NotFeatured.NO_FREE_CONSULTATIONS)
    if facts.next_slot_at is None or not now <= facts.next_slot_at <= now + SOON:
        found.append(NotFeatured.NO_SLOT_SOON)
    return found


def why_not_featured(facts: FeaturingFacts, now: datetime) -> NotFeatured | None:
    """The first condition that is not met; ``None``: featured."""
    return next(iter(obstacles(facts, now)), None)


def why_featured(obstacle: str | None) -> FeaturedBecause:
    """The condition that became true last, given the first obstacle of the last review.

    Every change of a fact is reviewed. So several obstacles vanish at once only where one change
    removed them, or where a slot came near meanwhile: the first is the one to name.
    """
    return GONE.get(obstacle, FeaturedBecause.MENDED)
