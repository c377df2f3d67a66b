"""Numbers about so few people that they would say something about one are not told. Pure."""

from __future__ import annotations

from dataclasses import replace

from contracts.booking.figures import MonthOfFigures, PublishedMonth
from contracts.shapes import FEWEST_PUBLISHED


def without_small_groups(month: MonthOfFigures) -> PublishedMonth:
    """The month with each number left out that is below five, or from which one could be worked
    out by taking others from it. Those of whom nothing is known yet are a group, too.

    Which numbers are left out follows a fixed order, not their size: otherwise the choice itself
    would tell something.
    """
    told = PublishedMonth(**vars(month))
    held, not_held = month.held, (month.cancelled, month.missed)
    ahead = month.booked - held - sum(not_held)
    if month.booked < FEWEST_PUBLISHED or 0 < ahead < FEWEST_PUBLISHED:
        told = replace(told, booked=None)
    if min(held, sum(not_held)) < FEWEST_PUBLISHED:
        return replace(told, held=None, cancelled=None, missed=None, both_wish_to_continue=None)
    if min(not_held) < FEWEST_PUBLISHED:
        told = replace(told, cancelled=None, missed=None)
    both = month.both_wish_to_continue
    if min(both, held - both) < FEWEST_PUBLISHED:
        told = replace(told, both_wish_to_continue=None)
    return told
