"""PostgreSQL connections that wait on eventlet's hub, so that other greenthreads run meanwhile.

psycopg could wait with ``select``, which eventlet makes green too; waiting on the hub costs half.
"""

from __future__ import annotations

import select
from typing import Any, TypeVar

import psycopg
from eventlet.hubs import trampoline
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

RV = TypeVar("RV")


class GreenConnection(psycopg.Connection[Any]):
    """Lets other greenthreads run while the server works."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(_until_ready(self.pgconn.socket, wanted))
        except StopIteration as done:
            result: RV = done.value
            return result


def _until_ready(fileno: int, wanted: Wait) -> Ready:
    if wanted == Wait.R:
        trampoline(fileno, read=True)
        return Ready.R
    if wanted == Wait.W:
        trampoline(fileno, write=True)
        return Ready.W
    readable, writable, _ = select.select([fileno], [fileno], [])
    return Ready((Ready.R if readable else 0) | (Ready.W if writable else 0))
