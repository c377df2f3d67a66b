"""A specialist's availability, and the slots that follow from it."""

from __future__ import annotations

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.rpc.client import Wire
from contracts.booking.availability import (
    Availability,
    AvailabilitySet,
    BadHours,
    NoPlace,
    UnknownTimeZone,
)
from contracts.booking.slots import (
    BadPeriod,
    DaysWithSlots,
    NearestSlots,
    NearestSlotsQuery,
    Period,
    Slots,
    SlotsQuery,
)
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.http.declaration import ANYONE_RECOGNISED
from gateway.http.endpoint import endpoint
from gateway.specialist_ids import SpecialistId


class AvailabilityApi(Api):
    @endpoint(
        "GET",
        "/api/v1/specialists/me/availability",
        returns=Availability,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
        versioned=True,
    )
    def get_availability(self) -> Wire[Availability]:
        """Your availability."""
        return self.booking.get_availability()

    @endpoint(
        "PUT",
        "/api/v1/specialists/me/availability",
        body=Availability,
        returns=AvailabilitySet,
        allow=[Role.SPECIALIST],
        errors=[BadHours, NoPlace],
        versioned=True,
    )
    def set_availability(self, body: Availability) -> Wire[AvailabilitySet]:
        """Set your availability. The answer names consultations outside of the new hours."""
        return self.booking.set_availability(availability=body)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/slots",
        query=SlotsQuery,
        returns=Slots,
        allow=ANYONE_RECOGNISED,
        errors=[NotFound, BadPeriod, BadCursor, UnknownTimeZone],
    )
    def list_slots(self, specialist_id: SpecialistId, query: SlotsQuery) -> Wire[Slots]:
        """The specialist's free slots in a period; signed in, also those held for you."""
        return self.booking.list_slots(specialist_id=specialist_id, query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/slots/nearest",
        query=NearestSlotsQuery,
        returns=NearestSlots,
        allow=ANYONE_RECOGNISED,
        errors=[NotFound, UnknownTimeZone],
    )
    def list_nearest_slots(
        self, specialist_id: SpecialistId, query: NearestSlotsQuery
    ) -> Wire[NearestSlots]:
        """The three free slots nearest to a time, such as one that was just taken."""
        return self.booking.list_nearest_slots(specialist_id=specialist_id, query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/days",
        query=Period,
        returns=DaysWithSlots,
        allow=ANYONE_RECOGNISED,
        errors=[NotFound, BadPeriod, UnknownTimeZone],
    )
    def list_days(self, specialist_id: SpecialistId, query: Period) -> Wire[DaysWithSlots]:
        """The dates of a period on which the specialist has free slots, with their number."""
        return self.booking.list_days(specialist_id=specialist_id, period=query)
