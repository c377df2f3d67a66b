"""A specialist's hours, and the slots that follow from them."""

from __future__ import annotations

from typing import Any

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from contracts.booking.availability import (
    Availability,
    AvailabilitySet,
    BadHours,
    NoPlace,
    UnknownTimeZone,
)
from contracts.booking.slots import BadPeriod, DaysWithSlots, Period, Slots, SlotsQuery
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
    def get_availability(self) -> Any:
        """Your hours."""
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
    def set_availability(self, body: Availability) -> Any:
        """Set your hours, and whether you offer free consultations; hear what is booked outside."""
        return self.booking.set_availability(availability=body)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/slots",
        query=SlotsQuery,
        returns=Slots,
        allow=ANYONE_RECOGNISED,
        errors=[NotFound, BadPeriod, BadCursor, UnknownTimeZone],
    )
    def list_slots(self, specialist_id: SpecialistId, query: SlotsQuery) -> Any:
        """The specialist's free slots in a period; signed in, with those that you hold."""
        return self.booking.list_slots(specialist_id=specialist_id, query=query)

    @endpoint(
        "GET",
        "/api/v1/specialists/{specialist_id}/days",
        query=Period,
        returns=DaysWithSlots,
        allow=ANYONE_RECOGNISED,
        errors=[NotFound, BadPeriod, UnknownTimeZone],
    )
    def list_days(self, specialist_id: SpecialistId, query: Period) -> Any:
        """On which dates of a period the specialist has free slots, and how many."""
        return self.booking.list_days(specialist_id=specialist_id, period=query)
