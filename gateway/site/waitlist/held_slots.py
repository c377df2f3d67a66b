"""The times that are held for a client: from a waitlist, or in place of a lost consultation."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from contracts.booking.holds import HeldSlot
from contracts.profiles.accounts import Role
from contracts.profiles.names import SpecialistName
from gateway.api.names import Naming
from gateway.pages.visitor import Visitor
from gateway.site.times.zones import Zones


@dataclass(frozen=True, kw_only=True)
class HeldSlotShown:
    """``zone``: that its times are shown in."""

    slot: HeldSlot
    specialist: SpecialistName
    zone: str


@dataclass(frozen=True, kw_only=True)
class HeldSlotsShown:
    items: list[HeldSlotShown] = field(default_factory=list)


class HeldSlotViews(Naming, Zones):
    def held_slots(self, visitor: Visitor) -> HeldSlotsShown:
        """Those of the visitor now, in order of time; none for other roles than clients."""
        if not visitor.has_role(Role.CLIENT):
            return HeldSlotsShown()
        held = self.booking.list_held_slots().load().items
        ids = {each.specialist_id for each in held}
        names = self.specialists_named(ids)
        zones = self.own_zones(ids) if visitor.chosen_zone is None else {}
        return HeldSlotsShown(
            items=[
                HeldSlotShown(
                    slot=each,
                    specialist=names[each.specialist_id],
                    zone=visitor.zone(zones.get(each.specialist_id, "UTC")),
                )
                for each in held
            ]
        )

    def specialists_named(self, ids: set[UUID]) -> dict[UUID, SpecialistName]:
        """All of them; without a display name where it is unknown."""
        if not ids:
            return {}
        known = {
            UUID(each["id"]): SpecialistName(id=UUID(each["id"]), display_name=each["display_name"])
            for each in self._names_of(set(), set(map(str, ids))).value["specialists"]
        }
        return {id: known.get(id) or SpecialistName(id=id) for id in ids}

    def zone_for(self, specialist_id: UUID, visitor: Visitor) -> str:
        """The visitor's zone; the specialist's own where that is not known."""
        return visitor.chosen_zone or self.own_zones([specialist_id]).get(specialist_id, "UTC")
