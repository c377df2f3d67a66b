"""Retries: brings failed events back to their handlers when the next attempt is due."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from nameko.extensions import SharedExtension

from chassis.concurrency.loop import Loop
from chassis.database.database import database_of
from chassis.messaging.inbox import Inbox, Waiting
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now

LOOK_EVERY_S = 0.5

RunAgain = Callable[[Inbox, Waiting, Callable[[], None]], None]


class Retries(SharedExtension):
    """Polls the inbox of one service for due events, and runs their handlers."""

    def __init__(self) -> None:
        self.handlers: dict[str, RunAgain] = {}
        self._loop = Loop("retries", self._retry_due)
        self._under_way: set[Any] = set()

    def start(self) -> None:
        self._loop.start(self.container)

    def finish(self) -> None:
        """Begin no further attempt; returns when the loop has ended."""
        self._loop.finish()

    def _retry_due(self) -> float:
        """Events under way are still due: the limit allows for them, so that others are found."""
        inbox = Inbox(database_of(self.container))
        limit = self.container.max_workers + len(self._under_way)
        due = inbox.due(utc_now(), limit, list(self.handlers))
        work = f"retries of {self.container.service_name}"
        for_each(due, functools.partial(self._run_again, inbox), work=work)
        return LOOK_EVERY_S

    def _run_again(self, inbox: Inbox, waiting: Waiting) -> None:
        key = (waiting.event_id, waiting.handler)
        if key in self._under_way:
            return
        self._under_way.add(key)
        finished = functools.partial(self._under_way.discard, key)
        try:
            self.handlers[waiting.handler](inbox, waiting, finished)
        except BaseException:
            finished()
            raise
