"""How specialists are found: what profiles can be asked, and what it mends on a clock."""

from __future__ import annotations

from contextlib import suppress

from chassis.clock import every
from chassis.errors import NotFound
from chassis.rpc import rpc
from chassis.times import utc_now
from contracts.profiles.discovery import SearchSpecialists, SpecialistsFound
from services.profiles.discovery import directory
from services.profiles.discovery.memory import DirectoryInMemory
from services.profiles.discovery.search import Search
from services.profiles.part import Part
from services.profiles.specialists.specialists import Specialist

ENTERED_AT_ONCE, ENTERED_PER_TICK = 100, 20_000


class Discovery(Part):
    in_memory = DirectoryInMemory()

    @rpc
    def search_specialists(self, query: SearchSpecialists) -> SpecialistsFound:
        search = Search(query)
        with self.store.reading() as session:
            index = self.in_memory.as_of_now(session)
            ranks = self.in_memory.words.ranks(session, search.words)
            found = search.found(index, ranks, utc_now())
            specialists = directory.listed(session, found.numbers)
        return SpecialistsFound(
            items=[each.to_resource() for each in specialists],
            next=found.next,
            total=found.total,
            facets=found.facets,
        )

    @every(minutes=1)
    def review_directory(self) -> None:
        """Enter whom the directory lacks, or has otherwise: all, after it was first made."""
        for _ in range(ENTERED_PER_TICK // ENTERED_AT_ONCE):
            with self.store.reading() as session:
                doubtful = list(session.scalars(directory.in_doubt().limit(ENTERED_AT_ONCE)))
            if not doubtful:
                return
            with self.store.transaction() as tx:
                for specialist_id in sorted(doubtful):
                    with suppress(NotFound):  # it may be erased by now
                        directory.enter(tx, tx.lock(Specialist, specialist_id))
