"""The provider of the index in memory, which follows the directory in the database."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.concurrency.limits import Semaphore
from chassis.concurrency.loop import Loop
from chassis.concurrency.yielding import yield_now
from chassis.database.database import database_of
from services.profiles.discovery.common_tokens import CommonTokens
from services.profiles.discovery.directory import DirectoryEntry, changes, next_revision
from services.profiles.discovery.index import Index, IndexedSpecialist, indexed

FILLED_AT_ONCE = 5_000
CATCH_UP_EVERY_S = 10.0


class DirectoryInMemory(DependencyProvider):
    """The index, filled when the service starts and brought up to date before each search. A search
    finds everything that was committed before it began, by any process."""

    def __init__(self) -> None:
        super().__init__()
        self.words = CommonTokens()
        self._index: Index | None = None
        self._to_come = 0
        self._turn = Semaphore()
        self._asked = self._answered = 0

    def setup(self) -> None:
        self._loop = Loop("directory", self._round)

    def start(self) -> None:
        self._loop.start(self.container)

    def stop(self) -> None:
        self._loop.finish()

    def get_dependency(self, worker_ctx: Any) -> DirectoryInMemory:
        return self

    def _round(self) -> float:
        """Catch up regularly, so that no search has much to read."""
        with database_of(self.container).reading() as session:
            self.as_of_now(session)
        return CATCH_UP_EVERY_S

    def as_of_now(self, session: Session) -> Index:
        """The index with all committed changes. Of concurrent callers one reads (single flight)."""
        self._asked += 1
        ticket = self._asked
        with self._turn:
            if self._index is None:
                self._index = self._filled(session)
            if self._answered < ticket:
                asked = self._asked
                news = self._news(session)
                self.words.text_changed(self._index.text_changed(news))
                self._index.learn(news)
                self._answered = asked
            return self._index

    def _filled(self, session: Session) -> Index:
        """A new index, filled in parts so that other greenthreads run in between."""
        self._to_come = session.scalar(select(next_revision(session))) or 0
        index, last = Index(), 0
        while True:
            query = select(*_COLUMNS).where(DirectoryEntry.listed, DirectoryEntry.number > last)
            rows = session.execute(
                query.order_by(DirectoryEntry.number).limit(FILLED_AT_ONCE)
            ).all()
            if not rows:
                return index
            index.learn({row.number: indexed(*row) for row in rows})
            last = rows[-1].number
            yield_now()

    def _news(self, session: Session) -> dict[int, IndexedSpecialist]:
        rows = session.execute(changes(session, self._to_come, *_COLUMNS)).all()
        if rows:
            self._to_come = rows[0].to_come
        return {number: indexed(number, *rest) for number, *rest, _ in rows}


_COLUMNS = (
    DirectoryEntry.number,
    DirectoryEntry.listed,
    DirectoryEntry.terms,
    DirectoryEntry.next_slot_at,
    DirectoryEntry.text_digest,
)
