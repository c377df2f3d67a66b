"""Waiting for what must become true, with a deadline. Tests never sleep for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], within: float = 90.0) -> T:
    """The first true value of ``condition``; fails, saying what it last was, after ``within`` s.

    An assertion error or a refused connection counts as "not yet".
    """
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            value = condition()
            if value:
                return value
            last = value
        except (AssertionError, OSError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {within} s; last: {last!r}")
        time.sleep(0.02)
