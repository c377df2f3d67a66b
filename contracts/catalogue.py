"""The catalogue of all events, collected from the contract modules."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import contracts
from chassis.events import Audience, Event


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(contracts.__path__, "contracts."):
        if found.name != __name__:
            yield import_module(found.name)


MODULES = tuple(_modules())


def all_events() -> list[type[Event]]:
    """All events, by producer and name."""
    found = [
        member
        for module in MODULES
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Event) and member.__module__ == module.__name__
    ]
    return sorted(found, key=lambda each: (each.producer, each.__name__))


def public_events() -> list[type[Event]]:
    return [event for event in all_events() if event.audience is Audience.PUBLIC]
