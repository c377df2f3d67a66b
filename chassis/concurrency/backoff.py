"""Backoff: the pause before the next attempt, doubling, with jitter."""

from __future__ import annotations

from datetime import timedelta

MOST_DOUBLINGS = 32
"""Beyond any longest pause; a larger exponent would overflow."""


def backoff(failures: int, first: timedelta, longest: timedelta, chance: float = 1.0) -> timedelta:
    """The pause after ``failures`` in a row (from 1), doubling from ``first`` to ``longest``.

    ``chance``, a random number from 0 to 1, is the jitter: it spreads pauses over their upper half,
    so that items that failed together are not tried again together. Without it the pause is whole.
    """
    full: timedelta = min(first * 2 ** min(failures - 1, MOST_DOUBLINGS), longest)
    return full * (0.5 + chance / 2)
