"""Small-cell suppression: counts below five are not published. Pure."""

from __future__ import annotations

from dataclasses import replace

from contracts.booking.figures import MonthOfFigures, PublishedMonth
from contracts.field_patterns import FEWEST_PUBLISHED


def suppress_small_counts(month: MonthOfFigures) -> PublishedMonth:
    """The month without counts below five, and without counts from which one of those could be
    worked out. Consultations without a result yet are a group too.

    A fixed order decides which counts are left out, not their size: a choice by size would reveal
    something itself.
    """
    published = PublishedMonth(**vars(month))
    held, not_held = month.held, (month.cancelled, month.missed)
    ahead = month.booked - held - sum(not_held)
    if month.booked < FEWEST_PUBLISHED or 0 < ahead < FEWEST_PUBLISHED:
        published = replace(published, booked=None)
    if min(held, sum(not_held)) < FEWEST_PUBLISHED:
        return replace(
            published, held=None, cancelled=None, missed=None, both_wish_to_continue=None
        )
    if min(not_held) < FEWEST_PUBLISHED:
        published = replace(published, cancelled=None, missed=None)
    both = month.both_wish_to_continue
    if min(both, held - both) < FEWEST_PUBLISHED:
        published = replace(published, both_wish_to_continue=None)
    return published
