"""Rounds: process items one by one. A failing item is logged and tried later; the rest continue.

    @every(minutes=1)
    def close_consultations(self):
        for_each(self._over(), self._close)

Work on a clock looks for what is to be done each time, so an item that always fails would be met
at every tick. Each process therefore remembers what failed, for as long as it keeps being found:

- an item whose function raises, or takes longer than its deadline, has failed; it counts for no
  other item;
- it is tried again in the next round; where that fails too it waits for 5 s, doubling to 5
  minutes;
- what failed before comes after what did not, so that it never delays anything else;
- the log says ``item_failed`` with the work, the item, how often it has failed and for how long.

A process that begins anew has forgotten all that, and tries once more.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

import eventlet
import structlog

from chassis.concurrency.backoff import backoff
from chassis.database.database import DatabaseAway
from chassis.errors import NotFound

ITEM_DEADLINE_S = 20.0
"""Longer than any statement may run, shorter than the grace that a stopping process has."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)

T = TypeVar("T", bound=Hashable)
log = structlog.get_logger()


class _Failing(NamedTuple):
    """An item that failed: how often in a row, and two times of the monotonic clock."""

    times: int
    since: float
    not_before: float


_failing: dict[str, dict[Hashable, _Failing]] = {}
"""By work, and by item."""
_is_stopping: ContextVar[Callable[[], bool]] = ContextVar("is_stopping", default=lambda: False)


@contextmanager
def until(is_stopping: Callable[[], bool]) -> Iterator[None]:
    """Rounds inside the block begin no item once this is true."""
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
    """Call ``do`` with each item. Raises ``DatabaseAway``, for then none can be done.

    ``work`` names it in the log and in memory; by default the function's own name. ``on_failure``
    is called with an item that failed and its error. ``at_once``: so many greenthreads.
    ``within_s``: later than so many seconds into the round no item is begun; the next round goes
    on. ``deadline_s`` is each item's own, 20 s unless said otherwise. What is gone meanwhile
    (``NotFound``) needs nothing.
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
            pool.spawn_n(attempt, item)  # waits for its turn
        pool.waitall()
    except BaseException:  # the round itself is ended
        for each in list(pool.coroutines_running):
            eventlet.kill(each)
        raise
    if away:
        raise away[0]


class _Round(Generic[T]):
    """One round of one kind of work, with what is remembered of the rounds before."""

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
        """What may be tried now, what failed before at the end. What failed and is found no more
        is forgotten."""
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
            # of no fault of its own, most likely: it comes last in the next round, without a pause
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
        return timedelta(0)  # until the next round
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
