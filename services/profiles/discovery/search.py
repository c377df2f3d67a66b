"""A search: matches, their order, facets and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.inputs.words import Wanted, wanted_words
from contracts.profiles.discovery import MOST_SHOWN, Facets, SearchSpecialists, Sort
from services.profiles.discovery import cursors
from services.profiles.discovery.bitsets import bitset_of
from services.profiles.discovery.common_tokens import ALL
from services.profiles.discovery.directory import (
    APPROACH,
    COUNTRY,
    FEATURED,
    FEES,
    FREE_CONSULTATION,
    IN_PERSON,
    LANGUAGE,
    ONLINE,
    PLACE,
    PRACTICE_IN,
    TOPIC,
    term,
)
from services.profiles.discovery.index import LISTED, Index, newest

BOOKABLE = "bookable"
"""The filter by time. The other filters have the names of their terms."""


@dataclass(frozen=True)
class Found:
    """A page of numbers, the next cursor, and the count and facets of all matches."""

    numbers: list[int]
    next: str | None
    total: int
    facets: Facets


class Search:
    """A search for a query. Raises ``BadWords`` and ``BadCursor``."""

    def __init__(self, query: SearchSpecialists) -> None:
        self._query = query
        self.words = wanted_words(query.words or "")
        self.sort = query.sort or Sort.RELEVANCE
        self._place = wanted_words(query.place or "", "place")
        self._shown = cursors.decoded(query)

    def found(self, index: Index, tiers: list[int], now: datetime) -> Found:
        """The result. ``tiers``: the bitsets of specialists with all words, the best tier first."""
        passing = self._passing(index, now)
        listed = index.posting_list(LISTED) & tiers[-1]
        matches = _passing_all(listed, passing)
        if self.sort is Sort.NEWEST:
            numbers, next_ = self._newest(matches)
        else:
            in_order = tiers if self.sort is Sort.RELEVANCE else tiers[-1:]
            numbers, next_ = self._best(index, matches, in_order, now)
        facets = self._facets(index, listed, passing, matches)
        return Found(numbers, next_, matches.bit_count(), facets)

    def _passing(self, index: Index, now: datetime) -> dict[str, int]:
        """The bitset of each filter that is set, by its name."""
        query = self._query
        passing: dict[str, int] = {}
        for kind, values in (
            (TOPIC, query.topic),
            (APPROACH, query.approach),
            (LANGUAGE, query.language),
            (self._country, query.country),
        ):
            if values:
                passing[kind] = index.any_of(term(kind, value) for value in values)
        for flag, wanted in (
            (ONLINE, query.online),
            (IN_PERSON, query.in_person),
            (FREE_CONSULTATION, query.free_consultation),
            (FEES, query.fees),
            (FEATURED, query.featured),
        ):
            if wanted is not None:
                passing[flag] = index.posting_list(flag) if wanted else ~index.posting_list(flag)
        for word in self._place:
            passing[PLACE] = passing.get(PLACE, ALL) & _in_place(index, word)
        if query.bookable_before is not None:
            passing[BOOKABLE] = index.bookable(now, query.bookable_before)
        return passing

    @property
    def _country(self) -> str:
        """The kind of term that ``country`` filters: clients or a practice."""
        return PRACTICE_IN if self._query.in_person or self._place else COUNTRY

    def _facets(self, index: Index, listed: int, passing: dict[str, int], matches: int) -> Facets:
        """Counts of each filter's values, among the specialists that pass all other filters."""

        def others(name: str) -> int:
            return _passing_all(listed, passing, but=name) if name in passing else matches

        def count(flag: str) -> int:
            return (index.posting_list(flag) & others(flag)).bit_count()

        values = index.counts(
            {kind: others(kind) for kind in (TOPIC, APPROACH, LANGUAGE, self._country)}
        )
        return Facets(
            topic=values[TOPIC],
            approach=values[APPROACH],
            language=values[LANGUAGE],
            country=values[self._country],
            online=count(ONLINE),
            in_person=self._in_person(index, listed, passing),
            free_consultation=count(FREE_CONSULTATION),
            fees=count(FEES),
            featured=count(FEATURED),
        )

    def _in_person(self, index: Index, listed: int, passing: dict[str, int]) -> int:
        """The count for ``in_person``, with which ``country`` means the practice."""
        if COUNTRY in passing:
            practices = (term(PRACTICE_IN, each) for each in self._query.country)
            passing = {**passing, COUNTRY: index.any_of(practices)}
        others = _passing_all(listed, passing, but=IN_PERSON)
        return (index.posting_list(IN_PERSON) & others).bit_count()

    def _newest(self, matches: int) -> tuple[list[int], str | None]:
        """A page by listing. The order never changes, so the last number is the cursor."""
        if self._shown:
            matches &= (1 << self._shown[0]) - 1
        numbers = newest(matches, self._query.limit + 1)
        page = numbers[: self._query.limit]
        more = len(numbers) > len(page)
        return page, cursors.encoded(self._query, page[-1:]) if more else None

    def _best(
        self, index: Index, matches: int, tiers: list[int], now: datetime
    ) -> tuple[list[int], str | None]:
        left = matches & ~bitset_of(self._shown)
        count = min(self._query.limit, MOST_SHOWN - len(self._shown))
        page: list[int] = []
        for tier in tiers:
            page += index.soonest(left & tier & ~bitset_of(page), count - len(page), now)
            if len(page) == count:
                break
        shown = [*self._shown, *page]
        more = left.bit_count() > len(page) and len(shown) < MOST_SHOWN
        return page, cursors.encoded(self._query, shown) if more else None


def _passing_all(listed: int, passing: dict[str, int], but: str | None = None) -> int:
    """The bitset of specialists that pass all filters; ``but``: except one."""
    for name, bits in passing.items():
        if name != but:
            listed &= bits
    return listed


def _in_place(index: Index, word: Wanted) -> int:
    """The bitset of practices whose place has the word in any spelling."""
    found = 0
    for tokens in word.spellings:
        each = ALL
        for token in tokens:
            each &= index.posting_list(term(PLACE, token))
        found |= each
    return found
