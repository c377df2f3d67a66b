"""A search's cursor says who was shown, and belongs to that search alone."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.cursors import BadCursor
from chassis.times import utc_now
from contracts.profiles.discovery import LONGEST_CURSOR, MOST_SHOWN, SearchSpecialists, Sort
from services.profiles.discovery.cursors import decoded, encoded
from services.profiles.discovery.index import LARGEST_NUMBER

QUERY = SearchSpecialists(words="sleep", topic=["anxiety"], sort=Sort.SOONEST)
NUMBERS = st.sets(st.integers(1, LARGEST_NUMBER), min_size=1, max_size=50)


@given(NUMBERS)
def test_a_cursor_gives_back_the_numbers_that_it_was_given(numbers: set[int]) -> None:
    cursor = encoded(QUERY, numbers)
    assert decoded(replace(QUERY, cursor=cursor)) == sorted(numbers)


def test_the_longest_cursor_is_no_longer_than_what_is_taken() -> None:
    apart = range(1, 10_000_000, 10_000_000 // MOST_SHOWN)
    assert len(apart) == MOST_SHOWN
    assert len(encoded(QUERY, apart)) <= LONGEST_CURSOR


@pytest.mark.parametrize(
    "other",
    [
        {"words": "sleeps"},
        {"topic": ["anxiety", "grief"]},
        {"topic": [], "approach": ["anxiety"]},
        {"language": ["en"]},
        {"country": ["DE"]},
        {"online": False},
        {"free_consultation": True},
        {"featured": True},
        {"bookable_before": utc_now()},
        {"sort": Sort.NEWEST},
        {"sort": None},
    ],
    ids=str,
)
def test_the_cursor_of_another_search_is_refused(other: dict[str, Any]) -> None:
    cursor = encoded(QUERY, [1, 2])
    with pytest.raises(BadCursor) as refusal:
        decoded(replace(QUERY, cursor=cursor, **other))
    assert [(each.field, each.value) for each in refusal.value.errors] == [("cursor", cursor)]


def test_pages_may_have_different_lengths() -> None:
    assert decoded(replace(QUERY, cursor=encoded(QUERY, [7]), limit=3)) == [7]


def of_bytes(numbers: bytes) -> str:
    """A cursor of the right search, with whatever numbers."""
    padded = encoded(QUERY, [1]) + "=="
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded)[:6] + numbers).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "AAAAAAAAAAAA",
        of_bytes(b""),
        of_bytes(b"\x80"),
        of_bytes(b"\xff" * 40 + b"\x01"),
        of_bytes(b"\x01" * (MOST_SHOWN + 1)),
        encoded(QUERY, [1]) + "!",
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decoded(replace(QUERY, cursor=cursor))


@given(st.text(max_size=64) | st.binary(max_size=64).map(of_bytes))
def test_any_cursor_is_one_or_refused(cursor: str) -> None:
    try:
        numbers = decoded(replace(QUERY, cursor=cursor))
    except BadCursor:
        return
    assert 0 < len(numbers) <= MOST_SHOWN
