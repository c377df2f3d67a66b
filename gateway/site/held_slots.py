"""The times that are held for a client: from a waitlist, or in place of a lost consultation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError
from contracts.booking.holds import HeldSlot
from contracts.booking.slots import Period
from contracts.profiles.accounts import Role
from contracts.profiles.names import SpecialistName
from gateway.api.names import Naming
from gateway.pages.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class HeldSlotShown:
    """``zone``: that its times are shown in."""

    slot: HeldSlot
    specialist: SpecialistName
    zone: str

    @property
    def path(self) -> str:
        """The page that books it."""
        return booking_path(self.slot.specialist_id, self.slot.starts_at)


@dataclass(frozen=True, kw_only=True)
class HeldSlotsShown:
    items: list[HeldSlotShown] = field(default_factory=list)


def booking_path(specialist: UUID | str, starts_at: datetime) -> str:
    """The page that books this time with a specialist, given by id or slug."""
    return f"/specialists/{specialist}/booking?starts_at={instant(starts_at)}"


def instant(at: datetime) -> str:
    """A time as the addresses of pages write it: ``2026-11-30T10:00Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


class HeldSlotViews(Naming):
    def held_slots(self, visitor: Visitor) -> HeldSlotsShown:
        """Those of the visitor now, in order of time; none for other roles than clients."""
        if not visitor.has_role(Role.CLIENT):
            return HeldSlotsShown()
        held = self.booking.list_held_slots().load().items
        names = self.specialists_named({each.specialist_id for each in held})
        return HeldSlotsShown(
            items=[
                HeldSlotShown(
                    slot=each,
                    specialist=names[each.specialist_id],
                    zone=self.zone_for(each.specialist_id, visitor),
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
        """The visitor's zone; the specialist's where that is not known."""
        if visitor.chosen_zone is not None:
            return visitor.chosen_zone
        soon = Period(starting_from=visitor.now, until=visitor.now + timedelta(hours=1))
        try:
            days = self.booking.list_days(specialist_id=specialist_id, period=soon).load()
        except DomainError:
            return "UTC"
        return days.time_zone
