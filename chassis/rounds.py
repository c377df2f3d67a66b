"""One after another: what fails for one keeps no other waiting.

    @every(minutes=1)
    def close_what_is_over(self):
        for_each(self._over(), self._close)

Work on a clock looks for what is to be done each time. Without this, one row that can't be dealt
with would be met first at every tick, and nobody after it would ever have their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from chassis.database import DatabaseAway
from chassis.errors import NotFound

T = TypeVar("T")
log = structlog.get_logger()


def for_each(items: Iterable[T], do: Callable[[T], object]) -> None:
    """Raises ``DatabaseAway``, for then none can be done; the next tick begins anew."""
    for item in items:
        attempt(do, item)


def attempt(do: Callable[[T], object], item: T) -> None:
    """A failure is logged, and what is gone meanwhile needs nothing; raises ``DatabaseAway``."""
    try:
        do(item)
    except DatabaseAway:
        raise
    except NotFound as gone:
        log.info("gone_meanwhile", item=str(item), detail=str(gone))
    except Exception as error:
        log.error(
            "not_done", work=getattr(do, "__qualname__", repr(do)), item=str(item), exc_info=error
        )
