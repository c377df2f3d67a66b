"""Run a function in a greenthread again and again: pauses, backoff, a graceful end."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import structlog
from eventlet.event import Event as GreenEvent

from chassis.concurrency.backoff import backoff
from chassis.concurrency.wakeup import Wakeup
from chassis.error_text import error_text

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=5)

log = structlog.get_logger()


class Loop:
    """Calls ``work`` until ``finish``. A failure is logged, and ``work`` called again after a
    backoff of at most 5 seconds.

    ``work`` returns the seconds until it is called again; ``wake`` cuts them short. With
    ``once_more`` it is called one last time after ``finish``.
    """

    def __init__(self, name: str, work: Callable[[], float], once_more: bool = False) -> None:
        self._wakeup = Wakeup()
        self._name = name
        self._work = work
        self._once_more = once_more
        self._stopping = False
        self._ended: GreenEvent | None = None
        self._failures = 0

    def start(self, container: Any) -> None:
        self._ended = GreenEvent()
        container.spawn_managed_thread(self._run, identifier=self._name)

    def wake(self) -> None:
        """Call ``work`` now, or right after the call that is under way."""
        self._wakeup.wake()

    def finish(self) -> None:
        """End the loop, and wait until it has ended."""
        self._stopping = True
        self.wake()
        if self._ended is not None:
            self._ended.wait()

    def _run(self) -> None:
        assert self._ended is not None
        try:
            while not self._stopping:
                self._wakeup.wait(self._round())
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
            note = log.info if self._stopping else log.warning  # the next process goes on
            note("loop_failed", loop=self._name, error=error_text(error), retry_in_s=pause)
        return pause
