"""Cached reads of pages: what several pages show, asked for once and invalidated by events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from nameko.extensions import DependencyProvider

from gateway.cache import Key, PublicReads

ROUGH_SIZE = 4000
"""Bytes that a read is counted as."""

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A read in the cache."""

    value: Any

    def __len__(self) -> int:
        return ROUGH_SIZE


class Reads:
    """Reads that are the same for every visitor. ``name`` and ``variant`` are the key."""

    def __init__(self, reads: PublicReads) -> None:
        self._reads = reads

    def once(self, name: str, variant: str, tags: Collection[str], ask: Callable[[], T]) -> T:
        """What ``ask`` returns, as long as nothing under these tags changes."""
        key = (_place_of(name), variant)
        return cast(T, self._reads.cache.answer(key, tags, lambda: Kept(ask())).value.value)

    def several(
        self, name: str, variants: Iterable[str], ask: Callable[[list[str]], Mapping[str, T]]
    ) -> dict[str, T]:
        """What ``ask`` returns for each variant, as long as nothing under this variant as a tag
        changes. Old ones are asked for together."""
        place = _place_of(name)

        def ask_for(keys: list[Key]) -> dict[Key, Kept]:
            found = ask([variant for _, variant in keys])
            return {(place, variant): Kept(each) for variant, each in found.items()}

        wanted = {(place, each): (place, each) for each in variants}
        entries = self._reads.cache.answers(wanted, ask_for, together=place)
        return {variant: cast(T, entry.value.value) for (_, variant), entry in entries.items()}


def _place_of(name: str) -> str:
    return f"read:{name}"


class _Provider(DependencyProvider):
    reads = PublicReads()

    def get_dependency(self, worker_ctx: Any) -> Reads:
        return Reads(self.reads)


def page_reads() -> Reads:
    """As an attribute of a class of pages: ``reads = page_reads()``."""
    return cast(Reads, _Provider())
