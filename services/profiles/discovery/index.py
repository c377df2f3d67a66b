"""The index in memory, which counts any mix of filters in milliseconds.

It has a posting list (a bitset) for each term, and all bookable specialists in order of time. Pure:
it is given the changes.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from sys import intern

from services.profiles.discovery.bitsets import bitset_of, numbers_in

LISTED = "listed"
"""The term of all listed specialists."""
MANY_CHANGES = 500
FEW_FOUND = 2_000
LARGEST_NUMBER = (1 << 32) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class IndexedSpecialist:
    """The indexed data of a specialist. ``place``: the position in the order of next free slots;
    ``text``: a digest of the text."""

    terms: tuple[str, ...]
    place: int | None
    text: str


ABSENT = IndexedSpecialist((), None, "")


def indexed(
    number: int, listed: bool, terms: Sequence[str], next_slot_at: datetime | None, text: str = ""
) -> IndexedSpecialist:
    if not listed:
        return ABSENT
    place = None if next_slot_at is None else _place(next_slot_at, number)
    return IndexedSpecialist((LISTED, *map(intern, terms)), place, text)


class Index:
    def __init__(self) -> None:
        self._known: dict[int, IndexedSpecialist] = {}
        self._posting_lists: dict[str, int] = {}
        self._places: list[int] = []

    def text_changed(self, news: dict[int, IndexedSpecialist]) -> list[int]:
        """The numbers whose text these changes alter."""
        return [
            number
            for number, now in news.items()
            if now.text != self._known.get(number, ABSENT).text
        ]

    def learn(self, news: dict[int, IndexedSpecialist]) -> None:
        """Apply changes by number; ``ABSENT`` for a specialist who is no longer listed."""
        come: dict[str, list[int]] = defaultdict(list)
        gone: dict[str, list[int]] = defaultdict(list)
        taken, left = [], []
        for number, now in news.items():
            before = self._known.get(number, ABSENT)
            for each in set(now.terms).difference(before.terms):
                come[each].append(number)
            for each in set(before.terms).difference(now.terms):
                gone[each].append(number)
            if now.place != before.place:
                taken += [] if now.place is None else [now.place]
                left += [] if before.place is None else [before.place]
            self._known[number] = now
            if now is ABSENT:
                del self._known[number]
        for each, numbers in gone.items():
            self._posting_lists[each] &= ~bitset_of(numbers)
        for each, numbers in come.items():
            self._posting_lists[each] = self.posting_list(each) | bitset_of(numbers)
        self._move(taken, left)

    def _move(self, taken: list[int], left: list[int]) -> None:
        if len(taken) + len(left) > MANY_CHANGES:
            self._places = sorted(set(self._places).difference(left).union(taken))
            return
        for place in left:
            del self._places[bisect_left(self._places, place)]
        for place in taken:
            insort(self._places, place)

    def posting_list(self, term: str) -> int:
        """The bitset of specialists with the term."""
        return self._posting_lists.get(term, 0)

    def any_of(self, terms: Iterable[str]) -> int:
        """The bitset of specialists with any of the terms."""
        found = 0
        for each in terms:
            found |= self.posting_list(each)
        return found

    def bookable(self, since: datetime, before: datetime) -> int:
        """The bitset of specialists whose next free slot is in this period."""
        first, end = self._from(since), self._from(before)
        return bitset_of(map(_number, self._places[first:end]))

    def counts(self, found: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """By kind of term: how many of the specialists ``found`` for the kind have each value.

        The most frequent first, with 0 for values of other specialists.
        """
        counted: dict[str, dict[str, int]] = {kind: {} for kind in found}
        for term, bits in self._posting_lists.items():
            kind, _, value = term.partition(":")
            if bits and value and kind in found:
                counted[kind][value] = (bits & found[kind]).bit_count()
        return {
            kind: dict(sorted(values.items(), key=lambda each: (-each[1], each[0])))
            for kind, values in counted.items()
        }

    def soonest(self, found: int, count: int, now: datetime) -> list[int]:
        """The first ``count`` in order of next free slot; specialists without one come last, the
        newest first.

        A slot that has passed does not count: booking will announce the next one.
        """
        if found.bit_count() <= FEW_FOUND:
            return sorted(numbers_in(found), key=lambda each: self._turn(each, now))[:count]
        first = self._from(now)
        digits = found.to_bytes(found.bit_length() // 8 + 1, "little")
        in_turn = list(islice(self._among(digits, first), count))
        if len(in_turn) < count:
            rest = found & ~bitset_of(map(_number, self._places[first:]))
            in_turn += newest(rest, count - len(in_turn))
        return in_turn

    def _among(self, digits: bytes, first: int) -> Iterator[int]:
        """The numbers whose bit is set, from this position on."""
        beyond = len(digits) * 8
        for at in range(first, len(self._places)):
            number = _number(self._places[at])
            if number < beyond and digits[number >> 3] >> (number & 7) & 1:
                yield number

    def _turn(self, number: int, now: datetime) -> tuple[bool, int]:
        place = self._known[number].place
        if place is None or place < _place(now, LARGEST_NUMBER):
            return True, -number
        return False, place

    def _from(self, moment: datetime) -> int:
        return bisect_left(self._places, _place(moment, LARGEST_NUMBER))


def newest(found: int, count: int) -> list[int]:
    """The first ``count``, the last listed first."""
    return list(islice(numbers_in(found), count))


def _place(moment: datetime, number: int) -> int:
    """A sort key: by time, and of equals the newest first."""
    return (moment - EPOCH) // MICROSECOND << 32 | (LARGEST_NUMBER - number)


def _number(place: int) -> int:
    return LARGEST_NUMBER - (place & LARGEST_NUMBER)
