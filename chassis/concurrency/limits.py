"""Limits for greenthreads: how long a block may take, and how many run at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import eventlet
from eventlet.greenpool import GreenPool
from eventlet.semaphore import Semaphore as GreenSemaphore

Semaphore = GreenSemaphore
"""``Semaphore(n)``: at most ``n`` greenthreads at once; ``acquire(blocking=False)`` tells at once
whether there is room."""


def time_limit(
    seconds: float, error: BaseException | None = None
) -> AbstractContextManager[Any, bool | None]:
    """Raise ``error`` in the block when it takes longer; without one, leave the block silently.

    Only where the block waits: computing is not interrupted.
    """
    limit: AbstractContextManager[Any, bool | None]
    limit = eventlet.Timeout(seconds, False if error is None else error)
    return limit


class Pool:
    """At most ``size`` greenthreads at once, whose results are not wanted."""

    def __init__(self, size: int) -> None:
        self._pool = GreenPool(size)

    def free(self) -> int:
        """How many more can run now."""
        return int(self._pool.free())

    def spawn(self, function: Callable[..., object], *args: Any) -> None:
        """Call ``function`` in a greenthread; waits while the pool is full."""
        self._pool.spawn_n(function, *args)
