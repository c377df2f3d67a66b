"""The index answers what going through everybody would answer, whatever changed before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profiles.discovery import index as module
from services.profiles.discovery.bitsets import bitset_of, numbers_in
from services.profiles.discovery.index import LISTED, Index, indexed, newest
from tests.profiles.builders import NOW, TOMORROW

A_SECOND = timedelta(seconds=1)
TERMS = ("topic:anxiety", "topic:sleep", "language:en", "online")
SLOTS = st.none() | st.integers(-2, 6).map(lambda days: NOW + timedelta(days=days))


@dataclass(frozen=True)
class Facts:
    listed: bool
    terms: tuple[str, ...]
    next_slot_at: datetime | None


FACTS = st.builds(
    Facts, st.booleans(), st.lists(st.sampled_from(TERMS), unique=True).map(tuple), SLOTS
)
NEWS = st.lists(st.dictionaries(st.integers(1, 90), FACTS, max_size=60), max_size=5)


def after(news: list[dict[int, Facts]]) -> tuple[Index, dict[int, Facts]]:
    """An index that was told all of it, and who is listed in the end."""
    index, truth = Index(), {}
    for told in news:
        index.learn({n: indexed(n, f.listed, f.terms, f.next_slot_at) for n, f in told.items()})
        truth.update(told)
    return index, {number: facts for number, facts in truth.items() if facts.listed}


@given(st.sets(st.integers(0, 3_000)))
def test_bits_hold_the_numbers_that_they_were_made_of(numbers: set[int]) -> None:
    assert list(numbers_in(bitset_of(numbers))) == sorted(numbers, reverse=True)


@given(NEWS)
def test_each_term_is_counted_right(news: list[dict[int, Facts]]) -> None:
    index, truth = after(news)
    online = index.posting_list("online")
    counted = index.counts({"topic": index.posting_list(LISTED), "language": online})
    for value in ("anxiety", "sleep"):
        those = [facts for facts in truth.values() if f"topic:{value}" in facts.terms]
        assert counted["topic"].get(value) == (len(those) or None)
    english = [facts for facts in truth.values() if "language:en" in facts.terms]
    both = [facts for facts in english if "online" in facts.terms]
    assert counted["language"] == ({"en": len(both)} if english else {})


@given(NEWS)
def test_filters_find_who_has_the_terms(news: list[dict[int, Facts]]) -> None:
    index, truth = after(news)
    found = index.posting_list("online") & index.any_of(["topic:anxiety", "topic:sleep", "topic:x"])
    assert set(numbers_in(found)) == {
        number
        for number, facts in truth.items()
        if "online" in facts.terms and {"topic:anxiety", "topic:sleep"} & set(facts.terms)
    }


@given(NEWS, st.integers(0, 6))
def test_who_is_bookable_before_a_time_has_a_slot_from_now_until_then(
    news: list[dict[int, Facts]], days: int
) -> None:
    index, truth = after(news)
    before = NOW + timedelta(days=days)
    assert set(numbers_in(index.bookable(NOW, before))) == {
        number
        for number, facts in truth.items()
        if facts.next_slot_at is not None and NOW <= facts.next_slot_at < before
    }


@pytest.mark.parametrize("few", [0, 1_000], ids=["many are found", "few are found"])
@pytest.mark.parametrize("many", [0, 1_000], ids=["sorted anew", "moved one by one"])
def test_the_soonest_come_first_and_then_who_has_no_slot_the_newest_first(
    few: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEW_FOUND", few)
    monkeypatch.setattr(module, "MANY_CHANGES", many)

    @given(NEWS, st.integers(0, 40))
    def holds(news: list[dict[int, Facts]], count: int) -> None:
        index, truth = after(news)
        online = {number: each for number, each in truth.items() if "online" in each.terms}

        def turn(number: int) -> tuple[bool, datetime, int]:
            slot = online[number].next_slot_at
            bookable = slot is not None and slot >= NOW
            return not bookable, slot if slot and bookable else NOW, -number

        expected = sorted(online, key=turn)[:count]
        assert index.soonest(index.posting_list("online"), count, NOW) == expected

    holds()


@given(NEWS, st.integers(0, 40))
def test_the_newest_have_the_largest_numbers(news: list[dict[int, Facts]], count: int) -> None:
    index, truth = after(news)
    assert newest(index.posting_list(LISTED), count) == sorted(truth, reverse=True)[:count]


def test_a_slot_is_bookable_until_it_begins() -> None:
    index = Index()
    index.learn({1: indexed(1, True, [], TOMORROW)})
    assert index.bookable(TOMORROW, TOMORROW + A_SECOND)
    assert not index.bookable(NOW, TOMORROW)
    assert not index.bookable(TOMORROW + A_SECOND, TOMORROW + 2 * A_SECOND)
