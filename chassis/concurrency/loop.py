"""A greenthread that does the same thing again and again, and ends in its own time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import structlog
from eventlet.event import Event as GreenEvent

from chassis.concurrency.backoff import backoff
from chassis.concurrency.wakeup import Bell
from chassis.error_text import error_text

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=5)

log = structlog.get_logger()


class Loop:
    """Calls ``work`` until it is finished; a failure is logged and tried again after a pause.

    ``work`` returns how many seconds may pass before it is called again; ringing ``bell`` cuts
    that short. After ``finish`` was asked for it is called once more, where ``once_more``.
    """

    def __init__(self, name: str, work: Callable[[], float], once_more: bool = False) -> None:
        self.bell = Bell()
        self._name = name
        self._work = work
        self._once_more = once_more
        self._stopping = False
        self._ended: GreenEvent | None = None
        self._failures = 0

    def start(self, container: Any) -> None:
        self._ended = GreenEvent()
        container.spawn_managed_thread(self._run, identifier=self._name)

    def finish(self) -> None:
        """Ask it to end, and wait until it has."""
        self._stopping = True
        self.bell.ring()
        if self._ended is not None:
            self._ended.wait()

    def _run(self) -> None:
        assert self._ended is not None
        try:
            while not self._stopping:
                self.bell.wait(self._round())
            if self._once_more:
                self._round()
        finally:
            self._ended.send(None)

    def _round(self) -> float:
        try:
            pause = self._work()
            self._failures = 0
        except (Exception, eventlet.Timeout) as error:
            self._failures += 1
            after = backoff(self._failures, FIRST_PAUSE, LONGEST_PAUSE, random.random())
            pause = round(after.total_seconds(), 1)
            log.warning(f"{self._name}_waits", error=error_text(error), retry_in_s=pause)
        return pause
