"""Who is featured: a truth, not a flag. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.profiles.featuring import NotFeatured

SOON = timedelta(days=14)


@dataclass(frozen=True)
class Facts:
    """What featuring follows from."""

    listed: bool
    verified: bool
    offers_free_consultations: bool
    next_slot_at: datetime | None


def why_not_featured(facts: Facts, now: datetime) -> NotFeatured | None:
    """The first reason against; ``None``: featured."""
    if not facts.verified:  # whose licence ends is unlisted as well, for that very reason
        return NotFeatured.NOT_VERIFIED
    if not facts.listed:
        return NotFeatured.NOT_LISTED
    if not facts.offers_free_consultations:
        return NotFeatured.NO_FREE_CONSULTATIONS
    if facts.next_slot_at is None or not now <= facts.next_slot_at <= now + SOON:
        return NotFeatured.NO_SLOT_SOON
    return None
