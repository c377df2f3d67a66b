"""Questions that come together are asked together, by one call for all of them.

While a call is under way, further questions gather, and the next call asks them all. A question
that comes alone is asked at once, so the busier a process is, the fewer calls it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Generic, TypeVar

from eventlet.event import Event as GreenEvent

from chassis.concurrency.futures import Future
from chassis.concurrency.limits import time_limit
from chassis.errors import Unavailable

LONGEST_WAIT_S = 0.02
"""For the call that is under way: where it takes longer, the next one begins beside it."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Ask = Callable[[list[K]], Mapping[K, V]]


class _Call(Generic[K, V]):
    """Keys that are asked for together. The first to ask makes the call."""

    def __init__(self, keys: Collection[K]) -> None:
        self.keys = dict.fromkeys(keys)
        self.answer: Future[Mapping[K, V]] = Future()
        self.over = GreenEvent()


class Gathering(Generic[K, V]):
    """``most``: keys of one call."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._next: _Call[K, V] | None = None
        self._under_way: _Call[K, V] | None = None

    def answer(self, keys: Collection[K], ask: Ask[K, V]) -> dict[K, V]:
        """What ``ask`` returns for these keys, or an earlier caller's ``ask`` for all. Raises what
        it raises."""
        call = self._next
        if call is not None and len(call.keys.keys() | set(keys)) <= self._most:
            call.keys |= dict.fromkeys(keys)
            found = call.answer.result()
        else:
            found = self._make(_Call(keys), ask)
        return {key: found[key] for key in keys if key in found}

    def _make(self, call: _Call[K, V], ask: Ask[K, V]) -> Mapping[K, V]:
        error: BaseException = Unavailable()  # if the caller is killed
        found: Mapping[K, V] | None = None
        try:
            self._gather(call)
            self._under_way = call
            found = ask(list(call.keys))
        except Exception as refusal:
            error = refusal
            raise
        finally:
            if self._next is call:
                self._next = None
            if self._under_way is call:
                self._under_way = None
            call.over.send()
            if found is None:
                call.answer.set_exception(error)
            else:
                call.answer.set_result(found)
        return found

    def _gather(self, call: _Call[K, V]) -> None:
        """Let further questions join, for as long as another call is under way."""
        if self._under_way is None:
            return
        self._next = call
        with time_limit(LONGEST_WAIT_S):
            self._under_way.over.wait()
        if self._next is call:
            self._next = None
