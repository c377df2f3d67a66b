"""Time zones of specialists, for visitors whose own one is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.errors import Unavailable
from contracts.profiles.specialists import Specialist
from gateway.api.base import Api, waiting_at_most
from gateway.pages.reads import page_reads
from gateway.pages.visitor import Visitor

ZONES_WITHIN_S = 3.0
"""How long a page waits for zones. It is shown without them after that."""


class Zones(Api):
    """Base of pages with times of specialists, such as on their cards (``parts/card.html``)."""

    reads = page_reads()

    def zones_of(self, shown: Iterable[Specialist], visitor: Visitor) -> Mapping[UUID, str]:
        """The specialists' own zones by id. Empty where the visitor's zone is known, or where
        booking does not answer: the cards are worth showing without times."""
        if visitor.chosen_zone is not None:
            return {}
        return self.own_zones(each.id for each in shown if each.next_slot_at is not None)

    def own_zones(self, specialist_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """The time zones of these specialists' hours. Specialists without hours are left out, and
        all of them where booking does not answer in time."""
        try:
            with waiting_at_most(ZONES_WITHIN_S):
                found = self.reads.several("zones", map(str, specialist_ids), self._ask_for_zones)
        except Unavailable:
            return {}
        return {UUID(id): zone for id, zone in found.items() if zone is not None}

    def _ask_for_zones(self, ids: list[str]) -> dict[str, str | None]:
        found = self.booking.list_own_time_zones(specialist_ids=list(map(UUID, ids))).load()
        zones = {str(each.specialist_id): each.time_zone for each in found}
        return {id: zones.get(id) for id in ids}
