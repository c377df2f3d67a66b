"""Words that many have, and who has them: remembered, so that tens of thousands are not fetched
for each search with "anxiety" in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.inputs.words import Wanted
from services.profiles.discovery.bitsets import bitset_of
from services.profiles.discovery.fulltext import full_text
from services.profiles.discovery.tokens import TIERS

ALL = -1
"""All bits, however many."""
MIN_CACHED_SIZE = 2_000
MAX_CACHED = 200
MAX_CHANGES = 1_000


@dataclass(frozen=True)
class CachedTiers:
    """Who has a word, as bits by tier, and how many changes of texts this takes into account."""

    tiers: list[int]
    changes: int


class CommonTokens:
    """Full text, with a memory that is told of whom the text changed: they are looked up anew."""

    def __init__(self) -> None:
        self._cached: OrderedDict[Wanted, CachedTiers] = OrderedDict()
        self._changed: list[int] = []
        self._dropped_changes = 0

    def text_changed(self, numbers: Iterable[int]) -> None:
        self._changed += numbers
        if len(self._changed) > MAX_CHANGES:
            self._dropped_changes += len(self._changed)
            self._changed.clear()
            self._cached.clear()

    def tiers(self, session: Session, words: Sequence[Wanted]) -> list[int]:
        """Who has all of these words, as bits, the best tier first; each holds those before it.

        Without words everybody is in the only tier there is.
        """
        if not words:
            return [ALL]
        tiers = [ALL] * TIERS
        for word in words:
            tiers = [a & b for a, b in zip(tiers, self._tiers_of(session, word), strict=True)]
        return tiers

    def _tiers_of(self, session: Session, word: Wanted) -> list[int]:
        changes = self._dropped_changes + len(self._changed)
        known = self._cached.get(word)
        if known is not None and known.changes == changes:
            return known.tiers
        if known is not None and known.changes >= self._dropped_changes:
            tiers = self._amended(session, word, known)
        else:
            tiers = [bitset_of(each) for each in full_text(session).matches(session, word)]
        if tiers[-1].bit_count() > MIN_CACHED_SIZE:
            self._cached[word] = CachedTiers(tiers, changes)
            self._cached.move_to_end(word)
            if len(self._cached) > MAX_CACHED:
                self._cached.popitem(last=False)
        return tiers

    def _amended(self, session: Session, word: Wanted, known: CachedTiers) -> list[int]:
        changed = sorted(set(self._changed[known.changes - self._dropped_changes :]))
        others = ~bitset_of(changed)
        found = full_text(session).matches(session, word, changed)
        return [
            before & others | bitset_of(now) for before, now in zip(known.tiers, found, strict=True)
        ]
