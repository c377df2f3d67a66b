"""Backoff: how long to wait before something that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

MOST_DOUBLINGS = 32
"""Beyond any longest pause; a larger exponent would overflow."""


def backoff(failures: int, first: timedelta, longest: timedelta, chance: float) -> timedelta:
    """The pause after so many failures in a row (from 1): doubling from ``first`` to ``longest``,
    with ``chance`` (0 to 1) spreading it over the upper half, so that what failed together returns
    apart."""
    full: timedelta = min(first * 2 ** min(failures - 1, MOST_DOUBLINGS), longest)
    return full * (0.5 + chance / 2)
