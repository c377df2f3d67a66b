"""A search: who is found, in which order, and how many of them have what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.profiles.discovery import MOST_SHOWN, Facets, SearchSpecialists, Sort
from services.profiles.discovery import cursors
from services.profiles.discovery.bits import bits_of
from services.profiles.discovery.directory import (
    APPROACH,
    COUNTRY,
    FEATURED,
    FREE_CONSULTATION,
    LANGUAGE,
    ONLINE,
    TOPIC,
    term,
)
from services.profiles.discovery.index import LISTED, Index, newest
from services.profiles.discovery.words import wanted_words


@dataclass(frozen=True)
class Found:
    """Numbers of a page, the cursor of the next one, and what there is to all that were found."""

    numbers: list[int]
    next: str | None
    total: int
    facets: Facets


class Search:
    """Raises ``BadWords`` and ``BadCursor``."""

    def __init__(self, query: SearchSpecialists) -> None:
        self._query = query
        self.words = wanted_words(query.words or "")
        self.sort = query.sort or Sort.RELEVANCE
        self._shown = cursors.decoded(query)

    def found(self, index: Index, ranks: list[int], now: datetime) -> Found:
        """``ranks``: who has all the words, as bits, the best first; everybody without words."""
        matches = self._filtered(index, now) & ranks[-1]
        if self.sort is Sort.NEWEST:
            numbers, next_ = self._newest(matches)
        else:
            in_order = ranks if self.sort is Sort.RELEVANCE else ranks[-1:]
            numbers, next_ = self._best(index, matches, in_order, now)
        return Found(numbers, next_, matches.bit_count(), facets_of(index.counts(matches)))

    def _filtered(self, index: Index, now: datetime) -> int:
        query = self._query
        found = index.having(LISTED)
        for kind, values in (
            (TOPIC, query.topic),
            (APPROACH, query.approach),
            (LANGUAGE, query.language),
            (COUNTRY, query.country),
        ):
            if values:
                found &= index.having_any(term(kind, value) for value in values)
        for flag, wanted in (
            (ONLINE, query.online),
            (FREE_CONSULTATION, query.free_consultation),
            (FEATURED, query.featured),
        ):
            if wanted is not None:
                found &= index.having(flag) if wanted else ~index.having(flag)
        if query.bookable_before is not None:
            found &= index.bookable(now, query.bookable_before)
        return found

    def _newest(self, matches: int) -> tuple[list[int], str | None]:
        """The order never changes, so the last number shown is enough."""
        if self._shown:
            matches &= (1 << self._shown[0]) - 1
        numbers = newest(matches, self._query.limit + 1)
        page = numbers[: self._query.limit]
        more = len(numbers) > len(page)
        return page, cursors.encoded(self._query, page[-1:]) if more else None

    def _best(
        self, index: Index, matches: int, ranks: list[int], now: datetime
    ) -> tuple[list[int], str | None]:
        left = matches & ~bits_of(self._shown)
        count = min(self._query.limit, MOST_SHOWN - len(self._shown))
        page: list[int] = []
        for rank in ranks:
            page += index.soonest(left & rank & ~bits_of(page), count - len(page), now)
            if len(page) == count:
                break
        shown = [*self._shown, *page]
        more = left.bit_count() > len(page) and len(shown) < MOST_SHOWN
        return page, cursors.encoded(self._query, shown) if more else None


def facets_of(counts: dict[str, int]) -> Facets:
    def values(kind: str) -> dict[str, int]:
        prefix = term(kind, "")
        return {
            each.removeprefix(prefix): count
            for each, count in counts.items()
            if each.startswith(prefix)
        }

    return Facets(
        topic=values(TOPIC),
        approach=values(APPROACH),
        language=values(LANGUAGE),
        country=values(COUNTRY),
        online=counts.get(ONLINE, 0),
        free_consultation=counts.get(FREE_CONSULTATION, 0),
        featured=counts.get(FEATURED, 0),
    )
