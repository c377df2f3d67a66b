"""Retries: brings failed events back to their handlers when the next attempt is due.

It sleeps until an attempt is due that it knows of: it reads the times of the next ones, and each
failure of this instance tells its own. Events of other instances, which may have crashed, and those
that an operator replays it finds by looking every ``LOOK_EVERY_S``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nameko.extensions import SharedExtension

from chassis.concurrency.loop import Loop
from chassis.database.database import database_of
from chassis.messaging.inbox import Inbox, Waiting
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now

LOOK_EVERY_S = 5.0
MORE_AFTER_S = 0.5
"""The pause where more are due than there are workers for."""

RunAgain = Callable[[Inbox, Waiting, Callable[[], None]], None]


class Retries(SharedExtension):
    """Reads due events from the inbox of one service, and runs their handlers."""

    def __init__(self) -> None:
        self.handlers: dict[str, RunAgain] = {}
        self._loop = Loop("retries", self._retry_due)
        self._under_way: set[Any] = set()
        self._look_at = utc_now()

    def start(self) -> None:
        self._loop.start(self.container)

    def finish(self) -> None:
        """Begin no further attempt; returns when the loop has ended."""
        self._loop.finish()

    def expect(self, next_attempt_at: datetime) -> None:
        """An attempt will be due then."""
        if next_attempt_at < self._look_at:
            self._look_at = next_attempt_at
            self._loop.wake()

    def inbox(self) -> Inbox:
        """The service's inbox, whose failures are expected here."""
        return Inbox(database_of(self.container), self.expect)

    def _retry_due(self) -> float:
        """Events under way are still due: the limit allows for them, so that others are found."""
        now = utc_now()
        if now >= self._look_at:
            self._look_at = now + timedelta(seconds=LOOK_EVERY_S)
            inbox, limit = self.inbox(), self.container.max_workers + len(self._under_way)
            found = inbox.due(self._look_at, limit, list(self.handlers))
            due = [each for each in found if each.due_at <= now]
            if len(due) < len(found):
                self.expect(found[len(due)].due_at)
            elif len(due) == limit:
                self.expect(now + timedelta(seconds=MORE_AFTER_S))
            work = f"retries of {self.container.service_name}"
            for_each(due, functools.partial(self._run_again, inbox), work=work)
        return max(0.0, (self._look_at - utc_now()).total_seconds())

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
