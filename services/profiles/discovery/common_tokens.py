"""Words that many have, and who has them: remembered, so that tens of thousands are not fetched
for each search with "anxiety" in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.inputs.words import Wanted
from services.profiles.discovery.bitsets import bits_of
from services.profiles.discovery.fulltext import full_text
from services.profiles.discovery.tokens import TIERS

EVERYBODY = -1
"""All bits, however many."""
MANY_HAVE_IT = 2_000
MOST_REMEMBERED = 200
MOST_CHANGES = 1_000


@dataclass(frozen=True)
class Remembered:
    """Who has a word, as bits by tier, and how many changes of texts this takes into account."""

    tiers: list[int]
    changes: int


class BroadWords:
    """Full text, with a memory that is told of whom the text changed: they are looked up anew."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[Wanted, Remembered] = OrderedDict()
        self._changed: list[int] = []
        self._forgotten = 0

    def text_changed(self, numbers: Iterable[int]) -> None:
        self._changed += numbers
        if len(self._changed) > MOST_CHANGES:
            self._forgotten += len(self._changed)
            self._changed.clear()
            self._remembered.clear()

    def ranks(self, session: Session, words: Sequence[Wanted]) -> list[int]:
        """Who has all of these words, as bits, the best rank first; each holds those before it.

        Without words everybody is in the only rank there is.
        """
        if not words:
            return [EVERYBODY]
        ranks = [EVERYBODY] * TIERS
        for word in words:
            ranks = [a & b for a, b in zip(ranks, self._who_has(session, word), strict=True)]
        return ranks

    def _who_has(self, session: Session, word: Wanted) -> list[int]:
        changes = self._forgotten + len(self._changed)
        known = self._remembered.get(word)
        if known is not None and known.changes == changes:
            return known.tiers
        if known is not None and known.changes >= self._forgotten:
            tiers = self._amended(session, word, known)
        else:
            tiers = [bits_of(each) for each in full_text(session).matches(session, word)]
        if tiers[-1].bit_count() > MANY_HAVE_IT:
            self._remembered[word] = Remembered(tiers, changes)
            self._remembered.move_to_end(word)
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return tiers

    def _amended(self, session: Session, word: Wanted, known: Remembered) -> list[int]:
        changed = sorted(set(self._changed[known.changes - self._forgotten :]))
        others = ~bits_of(changed)
        found = full_text(session).matches(session, word, changed)
        return [
            before & others | bits_of(now) for before, now in zip(known.tiers, found, strict=True)
        ]
