"""Run blocking or computing functions in OS threads, while other greenthreads go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import tpool
from eventlet.patcher import original

P = ParamSpec("P")
T = TypeVar("T")

ThreadLock = original("threading").Lock
"""A lock for functions that are offloaded: ``threading.Lock`` itself is one of greenthreads."""


def offload(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` in a thread of eventlet's pool; its result, or what it raises.

    A time limit that passes meanwhile ends the wait, not the function.
    """
    result: T = tpool.execute(function, *args, **kwargs)
    return result
