"""Counts how often featured specialists are shown and opened, without data about visitors.

A specialist is *shown* each time they are on a page of ``GET /featured``, and *opened* each time
their profile is requested with the ``visit`` of such a page while they are featured. Counts are
held in memory and sent to profiles every few seconds: a crash loses those of a few seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from nameko.extensions import DependencyProvider, SharedExtension

from chassis.concurrency.loop import Loop
from chassis.context import CallContext, entered
from chassis.rpc.client import Remote, ReplyListener
from chassis.rpc.transport import Sender
from chassis.times import utc_now
from contracts.profiles.featuring import MOST_EXPOSURES, Exposure

REPORT_EVERY_S = 5.0
DEADLINE_S = 3.0


class Exposures(SharedExtension):
    """The counts of this process since they were last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: Counter[tuple[tuple[UUID, ...], date]] = Counter()
        self._opened: Counter[tuple[UUID, date]] = Counter()

    def shown(self, page: tuple[UUID, ...]) -> None:
        """A visitor saw this page. Many visitors see the same one, so pages are counted whole."""
        self._pages[page, utc_now().date()] += 1

    def opened(self, specialist_id: UUID) -> None:
        self._opened[specialist_id, utc_now().date()] += 1

    def take(self) -> list[Exposure]:
        """The counts until now; counting begins again at zero."""
        pages, opened = self._pages, self._opened
        self._pages, self._opened = Counter(), Counter()
        shown: Counter[tuple[UUID, date]] = Counter()
        for (page, day), times in pages.items():
            for each in page:
                shown[each, day] += times
        return [
            Exposure(specialist_id=key[0], day=key[1], shown=shown[key], opened=opened[key])
            for key in shown.keys() | opened.keys()
        ]


@dataclass
class Batch:
    """Counts to be sent. Sent again under the same key, they are added once."""

    counts: list[Exposure]
    key: str = field(default_factory=lambda: uuid4().hex)


class ExposureReports(DependencyProvider):
    """Sends the counts to profiles, every few seconds and at the end."""

    exposures = Exposures()
    replies = ReplyListener()
    sender = Sender()

    def setup(self) -> None:
        self._waiting: list[Batch] = []
        self._loop = Loop("exposures", self.report, once_more=True)

    def start(self) -> None:
        self._loop.start(self.container)

    def stop(self) -> None:
        self._loop.finish()

    def report(self) -> float:
        if not self._waiting:
            counts = self.exposures.take()
            for begin in range(0, len(counts), MOST_EXPOSURES):
                self._waiting.append(Batch(counts[begin : begin + MOST_EXPOSURES]))
        while self._waiting:
            self._send(self._waiting[0])
            del self._waiting[0]
        return REPORT_EVERY_S

    def _send(self, batch: Batch) -> None:
        call = CallContext(deadline=time.time() + DEADLINE_S, idempotency_key=batch.key)
        with entered(call):
            Remote("profiles", self.replies, self.sender).record_exposures(counts=batch.counts)
