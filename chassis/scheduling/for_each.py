"""Isolated loops: a failing item is logged and retried later; the rest continue.

    @every(minutes=1)
    def close_consultations(self):
        for_each(self._over(), self._close)

Scheduled work looks for what is to be done each time, so an item that always fails is found in
every run. Each process therefore remembers failed items for as long as they are found:

- an item fails when its function raises or exceeds its deadline; other items are not affected;
- it is retried in the next run; after a second failure it waits for 5 s, doubling to 5 minutes;
- items that failed before come after the others, so they delay nothing;
- the log says ``item_failed`` with the work, the item, how often it has failed and for how long.

A new process starts without this memory and retries at once.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

import eventlet
import structlog

from chassis.concurrency.backoff import backoff
from chassis.database.refusals import DatabaseAway
from chassis.errors import NotFound

ITEM_DEADLINE_S = 20.0
"""Longer than any statement may run, shorter than the grace that a stopping process has."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)

T = TypeVar("T", bound=Hashable)
log = structlog.get_logger()


class _Failing(NamedTuple):
    """An item that failed: how often in a row, since when, when to retry (monotonic clock)."""

    times: int
    since: float
    not_before: float


_failing: dict[str, dict[Hashable, _Failing]] = {}
"""By work, and by item."""
_is_stopping: ContextVar[Callable[[], bool]] = ContextVar("is_stopping", default=lambda: False)


@contextmanager
def until(is_stopping: Callable[[], bool]) -> Iterator[None]:
    """Loops inside the block begin no further item once this is true."""
    token = _is_stopping.set(is_stopping)
    try:
        yield
    finally:
        _is_stopping.reset(token)


def for_each(
    items: Iterable[T],
    do: Callable[[T], object],
    *,
    work: str = "",
    on_failure: Callable[[T, BaseException], object] | None = None,
    at_once: int = 1,
    within_s: float = inf,
    deadline_s: float | None = None,
) -> None:
    """Call ``do`` with each item. Raises ``DatabaseAway``, since then every item would fail.

    ``work`` names the loop in the log and in memory (default: the function's name). ``on_failure``
    is called with an item that failed and its error. ``at_once``: the number of greenthreads.
    ``within_s``: seconds after which no further item is begun; the next run continues.
    ``deadline_s``: seconds for each item (default: 20). An item that is gone meanwhile
    (``NotFound``) counts as done.
    """
    deadline_s = ITEM_DEADLINE_S if deadline_s is None else deadline_s
    round_ = _Round(work or _name_of(do), do, on_failure, deadline_s)
    ready = round_.ready(list(items))
    is_stopping, end = _is_stopping.get(), monotonic() + within_s

    def is_over() -> bool:
        return is_stopping() or monotonic() >= end

    if at_once == 1:
        for item in ready:
            if is_over():
                break
            round_.attempt(item)
    else:
        _at_once(at_once, ready, round_, is_over)


def _at_once(number: int, ready: list[T], round_: _Round[T], is_over: Callable[[], bool]) -> None:
    pool = eventlet.GreenPool(number)
    away: list[DatabaseAway] = []

    def attempt(item: T) -> None:
        if away or is_over():
            return
        try:
            round_.attempt(item)
        except DatabaseAway as error:
            away.append(error)

    try:
        for item in ready:
            if away or is_over():
                break
            pool.spawn_n(copy_context().run, attempt, item)  # waits while the pool is full
        pool.waitall()
    except BaseException:  # the run itself was killed
        for each in list(pool.coroutines_running):
            eventlet.kill(each)
        raise
    if away:
        raise away[0]


class _Round(Generic[T]):
    """One run of one kind of work, with the failures of earlier runs."""

    def __init__(
        self,
        work: str,
        do: Callable[[T], object],
        on_failure: Callable[[T, BaseException], object] | None,
        deadline_s: float,
    ) -> None:
        self._work = work
        self._do = do
        self._on_failure = on_failure
        self._deadline_s = deadline_s
        self._failing = _failing.setdefault(work, {})

    def ready(self, found: list[T]) -> list[T]:
        """Items that may be tried now, those that failed before last. Drops failures of items that
        are no longer found."""
        for gone in self._failing.keys() - set(found):
            del self._failing[gone]
        now = monotonic()
        fresh = [each for each in found if each not in self._failing]
        again = [each for each in found if each in self._failing]
        again = [each for each in again if self._failing[each].not_before <= now]
        return fresh + sorted(again, key=lambda each: self._failing[each].times)

    def attempt(self, item: T) -> None:
        """Raises ``DatabaseAway``."""
        try:
            with eventlet.Timeout(self._deadline_s):
                self._do(item)
        except DatabaseAway:
            # most likely not the item's fault: it comes last in the next run, without a pause
            self._remember(item, pause_s=0.0)
            raise
        except NotFound as gone:
            log.info("item_gone", work=self._work, item=_text_of(item), detail=str(gone))
            self._failing.pop(item, None)
        except (Exception, eventlet.Timeout) as error:
            self._has_failed(item, error)
        else:
            self._failing.pop(item, None)

    def _has_failed(self, item: T, error: BaseException) -> None:
        pause = _pause_after(self._times(item) + 1)
        failing = self._remember(item, pause.total_seconds())
        log.error(
            "item_failed",
            work=self._work,
            item=_text_of(item),
            failures=failing.times,
            failing_for_s=round(monotonic() - failing.since),
            retry_in_s=round(pause.total_seconds(), 1),
            exc_info=error,
        )
        if self._on_failure is None:
            return
        try:
            with eventlet.Timeout(self._deadline_s):
                self._on_failure(item, error)
        except DatabaseAway:
            raise
        except (Exception, eventlet.Timeout) as another:
            log.error(
                "failure_handler_failed", work=self._work, item=_text_of(item), exc_info=another
            )

    def _remember(self, item: T, pause_s: float) -> _Failing:
        now = monotonic()
        since = self._failing[item].since if item in self._failing else now
        failing = _Failing(self._times(item) + 1, since, now + pause_s)
        self._failing[item] = failing
        return failing

    def _times(self, item: T) -> int:
        return self._failing[item].times if item in self._failing else 0


def _pause_after(failures: int) -> timedelta:
    if failures == 1:
        return timedelta(0)  # retried in the next run
    return backoff(failures - 1, FIRST_PAUSE, LONGEST_PAUSE, random.random())


def _name_of(do: Callable[..., object]) -> str:
    while isinstance(do, functools.partial):
        do = do.func
    name = getattr(do, "__qualname__", type(do).__qualname__)
    return f"{getattr(do, '__module__', type(do).__module__)}.{name}"


def _text_of(item: object) -> str:
    try:
        return str(item)
    except Exception:
        return type(item).__name__
