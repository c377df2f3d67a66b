"""Hypothesis strategies for booking."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from contracts.booking.availability import Hours
from tests.booking.builders import EVERY_DAY, on


def _clock(fives: int) -> str:
    return f"{fives // 12:02}:{fives % 12 * 5:02}"


@st.composite
def sensible_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """A week of stretches that do not overlap, in any order: some touch, some pass midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 7 * 288 - 1), max_size=30)))
    hours = [
        on(EVERY_DAY[starts // 288], _clock(starts % 288), _clock(ends % 288 or 288))
        for starts, ends in pairwise(edges)
        if ends - starts < 288 and draw(st.integers(0, 3))
    ]
    return tuple(draw(st.permutations(hours)))
