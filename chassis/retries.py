"""Another try for the events that failed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from nameko.extensions import SharedExtension

from chassis.inbox import Inbox, Waiting
from chassis.loop import Loop
from chassis.store import store_of
from chassis.times import utc_now

LOOK_EVERY_S = 0.5

RunAgain = Callable[[Inbox, Waiting, Callable[[], None]], None]


class Retries(SharedExtension):
    """Brings kept events back to their handlers when they are due."""

    def __init__(self) -> None:
        self.handlers: dict[str, RunAgain] = {}
        self._loop = Loop("retries", self._bring_back)
        self._under_way: set[Any] = set()

    def start(self) -> None:
        self._loop.start(self.container)

    def finish(self) -> None:
        """Take nothing up any more; waits until that is so."""
        self._loop.finish()

    def _bring_back(self) -> float:
        inbox = Inbox(store_of(self.container))
        for waiting in inbox.due(utc_now(), self.container.max_workers, list(self.handlers)):
            key = (waiting.event_id, waiting.handler)
            if key in self._under_way:
                continue
            self._under_way.add(key)
            finished = functools.partial(self._under_way.discard, key)
            self.handlers[waiting.handler](inbox, waiting, finished)
        return LOOK_EVERY_S
