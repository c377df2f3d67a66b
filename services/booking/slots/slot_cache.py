"""Slots kept in a process: derived, as ever, but not anew for each who looks."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import UUID

from nameko.extensions import DependencyProvider

from services.booking.availability.free_times import FreeTimes

MOST_KEPT = 500_000
"""Slots of all specialists together, and one for each specialist: some 50 MiB."""


class SlotCache(DependencyProvider):
    """``FreeTimes`` of the specialists last looked at. What is kept is true for one revision of
    the specialist's calendar, which is read anew each time: whichever process changed it."""

    def setup(self) -> None:
        self._kept: OrderedDict[UUID, tuple[int, FreeTimes]] = OrderedDict()
        self._slots = 0

    def get_dependency(self, worker_ctx: Any) -> SlotCache:
        return self

    def find(
        self,
        specialist_id: UUID,
        revision: int | None,
        now: datetime,
        shown_as_of: datetime | None = None,
    ) -> FreeTimes | None:
        """What is kept, where it is still true."""
        kept_for, free = self._kept.get(specialist_id, (None, None))
        if free is None or kept_for != revision or not free.are_true(now, shown_as_of):
            return None
        self._kept.move_to_end(specialist_id)
        return free.as_of(shown_as_of)

    def keep(self, specialist_id: UUID, revision: int, free: FreeTimes) -> None:
        """``revision`` must have been read before what ``free`` was made of."""
        self._drop(specialist_id)
        self._kept[specialist_id] = (revision, free)
        self._slots += _size(free)
        while self._slots > MOST_KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, specialist_id: UUID) -> None:
        if specialist_id in self._kept:
            _, free = self._kept.pop(specialist_id)
            self._slots -= _size(free)


def _size(free: FreeTimes) -> int:
    """One who has no free slots takes room too."""
    return len(free.starts) + 1
