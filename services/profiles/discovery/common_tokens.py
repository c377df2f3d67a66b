"""A cache of the posting lists of common words, so that a search for "anxiety" does not fetch tens
of thousands of numbers from the database."""

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
"""The bitset of all numbers."""
MIN_CACHED_SIZE = 2_000
"""Specialists with a word from which on its posting list is cached."""
MAX_CACHED = 200
"""Words."""
MAX_CHANGES = 1_000
"""Changed texts after which the cache begins anew."""


@dataclass(frozen=True)
class CachedTiers:
    """The bitsets of a word, one a tier, and the number of text changes they include."""

    tiers: list[int]
    changes: int


class CommonTokens:
    """Full-text search with a cache. Specialists whose text changed are looked up again."""

    def __init__(self) -> None:
        self._cached: OrderedDict[Wanted, CachedTiers] = OrderedDict()
        self._changed: list[int] = []
        self._dropped_changes = 0

    def text_changed(self, numbers: Iterable[int]) -> None:
        """Note that the texts of these specialists are to be looked up again."""
        self._changed += numbers
        if len(self._changed) > MAX_CHANGES:
            self._dropped_changes += len(self._changed)
            self._changed.clear()
            self._cached.clear()

    def tiers(self, session: Session, words: Sequence[Wanted]) -> list[int]:
        """The bitsets of specialists with all of these words, the best tier first; each includes
        the tiers before it.

        Without words there is one tier, with all specialists.
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
