"""Specialists in a directory of one database, and searches among them, without a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from sqlalchemy import select

from chassis.database.database import Database
from chassis.ids import new_id
from chassis.times import utc_now
from contracts.profiles.discovery import SearchSpecialists, SpecialistsFound
from contracts.profiles.specialists import SpecialistStatus
from services.profiles.discovery.directory import DirectoryEntry, update_entry
from services.profiles.discovery.in_memory_index import DirectoryInMemory
from services.profiles.discovery.service import Discovery
from services.profiles.specialists.specialists import Specialist
from tests.support.databases import connected_database

LISTED, UNLISTED = SpecialistStatus.LISTED, SpecialistStatus.UNLISTED
SOME = settings(max_examples=30, database=None, suppress_health_check=list(HealthCheck))
NOTHING: dict[str, Any] = {
    "display_name": "Somebody",
    "headline": "",
    "biography": "",
    "status": SpecialistStatus.LISTED,
}


class Finding:
    """A process's view of the directory; several may look at one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        service: Any = Discovery()
        service.store, service.in_memory = database, DirectoryInMemory()
        self.service: Discovery = service
        method: Any = Discovery.search_specialists
        self._search = partial(method.__wrapped__, service)

    def somebody(self, **facts: Any) -> UUID:
        """Somebody who is listed, with these facts."""
        return self.change(new_id(), **{**NOTHING, **facts})

    def change(self, specialist_id: UUID, **facts: Any) -> UUID:
        with self.database.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, specialist_id)
            for name, value in facts.items():
                setattr(specialist, name, value)
            update_entry(tx, specialist)
        return specialist_id

    def search(self, **query: Any) -> SpecialistsFound:
        found: SpecialistsFound = self._search(SearchSpecialists(**query))
        return found

    def ids(self, **query: Any) -> list[UUID]:
        return [each.id for each in self.search(**query).items]


@contextmanager
def finding_in(url: str) -> Iterator[Finding]:
    database = connected_database(url, "profiles")
    yield Finding(database)
    database.dispose()


def in_days(days: float) -> datetime:
    return utc_now() + timedelta(days=days)


def a_mark() -> str:
    """A topic that no other test uses."""
    return f"t{uuid4().hex[:12]}"


def all_pages(finding: Finding, **query: Any) -> list[UUID]:
    found, cursor = [], None
    while True:
        page = finding.search(cursor=cursor, **query)
        found += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            return found


def entry_of(finding: Finding, person: UUID) -> DirectoryEntry:
    with finding.database.reading() as session:
        return session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.specialist_id == person)
        ).one()
