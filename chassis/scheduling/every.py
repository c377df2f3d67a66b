"""``@every``: run a service's method at an interval, on one of its instances.

    @every(minutes=1)
    def look_for_expired(self): ...

The instance that holds the schedule's lease in the database runs it. If that instance dies, another
one takes the next run once the lease has expired. A scheduled method therefore looks for what is to
be done instead of relying on having been called.

Where only a commit makes something to do, it need not look all the time::

    @every(seconds=5, quiet_s=30)

While this process commits nothing, such a method runs every 30 seconds, for what another process
left. After a commit, its own included, it runs within 5 seconds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar, cast

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from nameko.extensions import Entrypoint, register_entrypoint

from chassis.concurrency.loop import Loop
from chassis.context import CallContext
from chassis.database.database import database_of
from chassis.database.lease import Lease
from chassis.scheduling import for_each

LONGEST_WAIT_S = 30.0

F = TypeVar("F", bound=Callable[..., Any])
log = structlog.get_logger()


def every(quiet_s: float | None = None, **interval: float) -> Callable[[F], F]:
    """Run a method at this interval (``timedelta``'s keywords), or every ``quiet_s`` seconds while
    nothing is committed."""

    def decorate(method: F) -> F:
        @functools.wraps(method)
        def run(service: Any, is_stopping: Callable[[], bool] = lambda: False) -> None:
            try:
                with for_each.until(is_stopping):
                    method(service)
            except eventlet.Timeout as error:  # not an Exception: nameko would not notice the end
                raise TimeoutError(str(error)) from error

        register_entrypoint(run, Schedule(timedelta(**interval), quiet_s))
        return cast(F, run)

    return decorate


class Schedule(Entrypoint):
    """The entrypoint behind ``@every``."""

    def __init__(self, interval: timedelta, quiet_s: float | None = None) -> None:
        super().__init__(expected_exceptions=(Exception,))
        self.interval = interval
        self._quiet_s = quiet_s
        self._has_news = True
        self._ran_at = -math.inf
        self._is_stopping = False

    def start(self) -> None:
        database = database_of(self.container)
        self._lease = Lease(database, self.method_name, self.interval)
        if self._quiet_s is not None:
            database.when_committed.append(self._note_commit)
        self._loop = Loop(f"schedule_{self.method_name}", self._round)
        self._loop.start(self.container)

    def stop(self) -> None:
        """Begin no further run, and no further item in a run under way. Returns when that run has
        ended and the lease is released."""
        self._is_stopping = True
        self._loop.finish()

    def _note_commit(self) -> None:
        if not self._has_news:
            self._has_news = True
            self._loop.wake()

    def _round(self) -> float:
        if self._quiet_s is None:
            if self._lease.claim():
                self._run_once()
            return min(self.interval.total_seconds(), LONGEST_WAIT_S)
        if (left := self._seconds_left()) <= 0:
            self._has_news, self._ran_at = False, monotonic()
            if self._lease.claim():
                self._run_once()
            else:  # another instance ran, perhaps before it could see the news
                self._has_news = True
            left = self._seconds_left()
        return max(left, 0.0)

    def _seconds_left(self) -> float:
        assert self._quiet_s is not None
        pause = self.interval.total_seconds() if self._has_news else self._quiet_s
        return self._ran_at + pause - monotonic()

    def _run_once(self) -> None:
        done = GreenEvent()

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is not None:
                log.error("schedule_failed", schedule=self.method_name, exc_info=exc_info[1])
            done.send(None)
            return result, exc_info

        self.container.spawn_worker(
            self,
            (lambda: self._is_stopping,),
            {},
            context_data=CallContext().to_headers(),
            handle_result=handle_result,
        )
        done.wait()
        self._lease.release()
