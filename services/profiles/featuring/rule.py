"""Who is featured: a truth, not a flag. Pure."""

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
    """What featuring follows from."""

    listed: bool
    verified: bool
    offers_free_consultations: bool
    next_slot_at: datetime | None


def obstacles(facts: FeaturingFacts, now: datetime) -> list[NotFeatured]:
    """Everything that stands against featuring, the most telling first."""
    found = []
    if not facts.verified:  # whose licence ends is unlisted as well, for that very reason
        found.append(NotFeatured.NOT_VERIFIED)
    if not facts.listed:
        found.append(NotFeatured.NOT_LISTED)
    if not facts.offers_free_consultations:
        found.append(NotFeatured.NO_FREE_CONSULTATIONS)
    if facts.next_slot_at is None or not now <= facts.next_slot_at <= now + SOON:
        found.append(NotFeatured.NO_SLOT_SOON)
    return found


def why_not_featured(facts: FeaturingFacts, now: datetime) -> NotFeatured | None:
    """The first obstacle; ``None``: featured."""
    return next(iter(obstacles(facts, now)), None)


def why_featured(obstacle: str | None) -> FeaturedBecause:
    """What became true last, where this was the first obstacle at the last look.

    Every change of a fact is looked at, so several obstacles are gone at once only where one
    change removed them, or where a slot came near meanwhile: the first is the one to name.
    """
    return GONE.get(obstacle, FeaturedBecause.MENDED)
