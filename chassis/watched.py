"""Rows whose transactions end with telling what others see of them now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chassis.events import Event


class Watched:
    """A row that says itself, once for each transaction that locked it, what came of that.

    Whatever a transaction does with the row, and by however many methods: nobody has to
    remember to tell.
    """

    def as_seen(self) -> Any:
        """What others see of it; taken when it is locked, before anything changes."""
        raise NotImplementedError

    def changed_since(self, seen: Any) -> Iterable[Event]:
        """What to tell at the end, where it was seen like this at the beginning."""
        raise NotImplementedError
