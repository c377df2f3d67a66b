"""``@every``: run a service's method at an interval, on one of its instances.

    @every(minutes=1)
    def look_for_expired(self): ...

The instance that holds the schedule's lease in the database runs it. If that instance dies, another
one takes the next run once the lease has expired. A scheduled method therefore looks for what is to
be done instead of relying on having been called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
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


def every(**interval: float) -> Callable[[F], F]:
    """Run a method at this interval: ``timedelta``'s keywords."""

    def decorate(method: F) -> F:
        @functools.wraps(method)
        def run(service: Any, is_stopping: Callable[[], bool] = lambda: False) -> None:
            try:
                with for_each.until(is_stopping):
                    method(service)
            except eventlet.Timeout as error:  # not an Exception: nameko would not notice the end
                raise TimeoutError(str(error)) from error

        register_entrypoint(run, Schedule(timedelta(**interval)))
        return cast(F, run)

    return decorate


class Schedule(Entrypoint):
    """The entrypoint behind ``@every``."""

    def __init__(self, interval: timedelta) -> None:
        super().__init__(expected_exceptions=(Exception,))
        self.interval = interval
        self._is_stopping = False

    def start(self) -> None:
        self._lease = Lease(database_of(self.container), self.method_name, self.interval)
        self._loop = Loop(f"schedule_{self.method_name}", self._round)
        self._loop.start(self.container)

    def stop(self) -> None:
        """Begin no further run, and no further item in a run under way. Returns when that run has
        ended and the lease is released."""
        self._is_stopping = True
        self._loop.finish()

    def _round(self) -> float:
        if self._lease.claim():
            self._run_once()
        return min(self.interval.total_seconds(), LONGEST_WAIT_S)

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
