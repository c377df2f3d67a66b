"""``@every``: a method that runs on a clock, on one instance only, however many there are.

    @every(minutes=1)
    def look_for_expired(self): ...

Whoever claims a tick in the database runs it. If it dies, another one takes the next tick when
the claim has run out; work on a clock therefore looks for what is to be done, rather than relying
on having been called.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from nameko.extensions import Entrypoint, register_entrypoint
from sqlalchemy import or_, update

from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Store, insert_or_ignore
from chassis.subscribe import store_of
from chassis.times import utc_now

CLAIM_LASTS = timedelta(minutes=5)
LONGEST_WAIT_S = 30.0

F = TypeVar("F", bound=Callable[..., Any])
log = structlog.get_logger()


def every(**interval: float) -> Callable[[F], F]:
    """Run a method at this interval: ``timedelta``'s keywords."""

    def decorate(method: F) -> F:
        register_entrypoint(method, Clock(timedelta(**interval)))
        return method

    return decorate


class Ticks:
    """The ticks of one clock, shared by all instances through the database."""

    def __init__(self, store: Store, name: str, interval: timedelta) -> None:
        self._store = store
        self._name = name
        self._interval = interval
        self._me: UUID = new_id()

    def claim(self) -> bool:
        """Whether a tick is due and ours."""
        clocks, now = self._store.table("clocks"), utc_now()
        with self._store.transaction() as tx:
            tx.execute(insert_or_ignore(tx, clocks).values(name=self._name, due_at=now))
            claim: Any = tx.execute(
                update(clocks)
                .where(
                    clocks.c.name == self._name,
                    clocks.c.due_at <= now,
                    or_(clocks.c.held_until.is_(None), clocks.c.held_until <= now),
                )
                .values(due_at=now + self._interval, holder=self._me, held_until=now + CLAIM_LASTS)
            )
            return bool(claim.rowcount)

    def release(self) -> None:
        clocks = self._store.table("clocks")
        with self._store.transaction() as tx:
            tx.execute(
                update(clocks)
                .where(clocks.c.name == self._name, clocks.c.holder == self._me)
                .values(holder=None, held_until=None)
            )


class Clock(Entrypoint):
    """The entrypoint behind ``@every``."""

    def __init__(self, interval: timedelta) -> None:
        super().__init__(expected_exceptions=(Exception,))
        self.interval = interval
        self._stopping = GreenEvent()

    def start(self) -> None:
        self._ticks = Ticks(store_of(self.container), self.method_name, self.interval)
        self.container.spawn_managed_thread(self._run, identifier=f"clock {self.method_name}")

    def stop(self) -> None:
        if not self._stopping.ready():
            self._stopping.send(None)

    def _run(self) -> None:
        while not self._stopping.ready():
            try:
                if self._ticks.claim():
                    self._tick()
            except Exception as error:
                log.warning("clock_waits", clock=self.method_name, error=str(error))
            with eventlet.Timeout(min(self.interval.total_seconds(), LONGEST_WAIT_S), False):
                self._stopping.wait()

    def _tick(self) -> None:
        done = GreenEvent()

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is not None:
                log.error("clock_failed", clock=self.method_name, exc_info=exc_info[1])
            done.send(None)
            return result, exc_info

        self.container.spawn_worker(
            self, (), {}, context_data=CallContext().to_headers(), handle_result=handle_result
        )
        done.wait()
        self._ticks.release()
