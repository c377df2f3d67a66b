"""RPC method and schedule of the search for specialists."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.profiles.discovery import SearchSpecialists, SpecialistsFound
from services.profiles import dependencies
from services.profiles.discovery import directory
from services.profiles.discovery.in_memory_index import DirectoryInMemory
from services.profiles.discovery.search import Search
from services.profiles.specialists.specialists import Specialist

ROUND_S = 55.0


class Discovery:
    store = dependencies.store
    in_memory = DirectoryInMemory()

    @rpc
    def search_specialists(self, query: SearchSpecialists) -> SpecialistsFound:
        search = Search(query)
        with self.store.reading() as session:
            index = self.in_memory.as_of_now(session)
            tiers = self.in_memory.words.tiers(session, search.words)
            found = search.found(index, tiers, utc_now())
            specialists = directory.listed(session, found.numbers)
        return SpecialistsFound(
            items=[each.to_resource() for each in specialists],
            next=found.next,
            total=found.total,
            facets=found.facets,
        )

    @every(minutes=1)
    def review_directory(self) -> None:
        """Repair missing and outdated entries; after a migration, write all of them."""
        with self.store.reading() as session:
            doubtful = list(session.scalars(directory.outdated()))
        for_each(doubtful, self._enter, within_s=ROUND_S)

    def _enter(self, specialist_id: UUID) -> None:
        with self.store.transaction() as tx:
            directory.update_entry(tx, tx.lock(Specialist, specialist_id))
