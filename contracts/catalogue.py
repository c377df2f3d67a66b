"""Every event there is, read from the contracts themselves."""

from __future__ import annotations

import inspect
from types import ModuleType

from chassis.events import Audience, Event
from contracts import booking, content, notifications
from contracts.profiles import accounts, featuring, licences, privacy, specialists

MODULES: tuple[ModuleType, ...] = (
    accounts,
    specialists,
    licences,
    featuring,
    privacy,
    booking,
    notifications,
    content,
)


def all_events() -> list[type[Event]]:
    """All events, by producer and name."""
    return [
        member
        for module in MODULES
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Event) and member.__module__ == module.__name__
    ]


def public_events() -> list[type[Event]]:
    return [event for event in all_events() if event.audience is Audience.PUBLIC]
