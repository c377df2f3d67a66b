"""A cache of free times in each process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import UUID

from nameko.extensions import DependencyProvider

from services.booking.availability.free_times import FreeTimes

MOST_CACHED = 500_000
"""Slots of all specialists together, and one more for each specialist: about 50 MiB."""


class SlotCache(DependencyProvider):
    """``FreeTimes`` of the specialists that were read last, by the revision of their calendar.

    Each read looks up the present revision in the database, so that a change by any process makes
    cached slots stale. The least recently used are dropped first.
    """

    def setup(self) -> None:
        self._cached: OrderedDict[UUID, tuple[int, FreeTimes]] = OrderedDict()
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
        """The cached free times, if they are still true."""
        cached_for, free = self._cached.get(specialist_id, (None, None))
        if free is None or cached_for != revision or not free.are_true(now, shown_as_of):
            return None
        self._cached.move_to_end(specialist_id)
        return free.as_of(shown_as_of)

    def keep(self, specialist_id: UUID, revision: int, free: FreeTimes) -> None:
        """Store free times. ``revision`` must have been read before the rows they come from."""
        self._drop(specialist_id)
        self._cached[specialist_id] = (revision, free)
        self._slots += _size(free)
        while self._slots > MOST_CACHED:
            self._drop(next(iter(self._cached)))

    def _drop(self, specialist_id: UUID) -> None:
        if specialist_id in self._cached:
            _, free = self._cached.pop(specialist_id)
            self._slots -= _size(free)


def _size(free: FreeTimes) -> int:
    """An entry without free slots takes room too."""
    return len(free.starts) + 1
