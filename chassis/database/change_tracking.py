"""Rows whose transactions end with telling what others see of them now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, runtime_checkable

from chassis.events import Event

F = TypeVar("F", bound=Callable[..., None])

_handlers: dict[type, list[Callable[[Any, Any], None]]] = defaultdict(list)


@runtime_checkable
class Tracked(Protocol):
    """A row that says itself, once for each transaction that locked it, what came of that.

    Whatever a transaction does with the row, and by however many methods: nobody has to
    remember to tell. A row with these two methods is one.
    """

    def snapshot(self) -> Any:
        """What others see of it; taken when it is locked, before anything changes."""

    def changes_since(self, seen: Any) -> Iterable[Event]:
        """What to tell at the end, where it was seen like this at the beginning."""


def on_change(kind: type) -> Callable[[F], F]:
    """A function that gets the transaction and the row, before the end of each transaction in
    which what others see of such a row has changed: it writes what follows from it."""

    def decorate(keep: F) -> F:
        _handlers[kind].append(keep)
        return keep

    return decorate


def change_handlers_of(row: Tracked) -> list[Callable[[Any, Any], None]]:
    return _handlers[type(row)]
