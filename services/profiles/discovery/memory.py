"""The directory in this process's memory, kept in step with the one in the database."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.concurrency.limits import Semaphore
from chassis.concurrency.loop import Loop
from chassis.concurrency.yielding import yield_now
from chassis.database.database import database_of
from services.profiles.discovery.common_tokens import BroadWords
from services.profiles.discovery.directory import Entry, changes, to_come
from services.profiles.discovery.index import Index, Known, known

FILLED_AT_ONCE = 5_000
CATCH_UP_EVERY_S = 10.0


class DirectoryInMemory(DependencyProvider):
    """Filled when the service starts, and brought up to date before each search: what was
    committed before a search began is found by it, whichever process wrote it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = BroadWords()
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
        """So that neither the first search nor one after a quiet hour has much to read."""
        with database_of(self.container).reading() as session:
            self.as_of_now(session)
        return CATCH_UP_EVERY_S

    def as_of_now(self, session: Session) -> Index:
        """The index with all that is committed now. Of those who ask at once, one reads."""
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
        """In parts, since others want to be answered meanwhile."""
        self._to_come = session.scalar(select(to_come(session))) or 0
        index, last = Index(), 0
        while True:
            query = select(*_KNOWN).where(Entry.listed, Entry.number > last)
            rows = session.execute(query.order_by(Entry.number).limit(FILLED_AT_ONCE)).all()
            if not rows:
                return index
            index.learn({row.number: known(*row) for row in rows})
            last = rows[-1].number
            yield_now()

    def _news(self, session: Session) -> dict[int, Known]:
        rows = session.execute(changes(session, self._to_come, *_KNOWN)).all()
        if rows:
            self._to_come = rows[0].to_come
        return {number: known(number, *rest) for number, *rest, _ in rows}


_KNOWN = (Entry.number, Entry.listed, Entry.terms, Entry.next_slot_at, Entry.text_digest)
