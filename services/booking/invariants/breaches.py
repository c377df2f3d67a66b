"""Breaches of invariants, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

SHOWN = 100
"""How many breaches of one invariant are listed. The rest are only counted."""


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold, and the ids of the accounts or consultations."""

    invariant: str
    about: tuple[UUID, ...]


@dataclass
class Findings:
    """The number of breaches of each invariant, and some of them."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[Breach] = field(default_factory=list)

    @classmethod
    def of(cls, breaches: Iterable[Breach]) -> Findings:
        found = cls()
        found.add(breaches)
        return found

    def add(self, breaches: Iterable[Breach]) -> None:
        for each in breaches:
            self.counts[each.invariant] += 1
            if self.counts[each.invariant] <= SHOWN:
                self.shown.append(each)
