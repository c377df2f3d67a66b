"""Change tracking: an aggregate's changes within a transaction become events at its end.

Whatever methods a transaction calls on a locked row, the row is compared with its snapshot when the
transaction ends. No method has to remember to emit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, runtime_checkable

from chassis.events import Event

F = TypeVar("F", bound=Callable[..., None])

_handlers: dict[type, list[Callable[[Any, Any], None]]] = defaultdict(list)


@runtime_checkable
class Tracked(Protocol):
    """A row with these two methods is tracked by every transaction that locks it."""

    def snapshot(self) -> Any:
        """What other services see of it; taken when it is locked, before anything changes."""

    def changes_since(self, before: Any) -> Iterable[Event]:
        """The events to emit when the transaction ends, given the snapshot from its beginning."""


def on_change(kind: type) -> Callable[[F], F]:
    """Register a function that writes what follows from a change, such as a read model. It gets the
    transaction and the row, at the end of each transaction in which ``changes_since`` is not empty.
    """

    def decorate(handler: F) -> F:
        _handlers[kind].append(handler)
        return handler

    return decorate


def change_handlers_of(row: Tracked) -> list[Callable[[Any, Any], None]]:
    return _handlers[type(row)]
