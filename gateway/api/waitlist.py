"""Waitlist, and the slots held for you."""

from __future__ import annotations

from http import HTTPStatus

from chassis.errors import EmailNotVerified, NotFound
from chassis.rpc.client import Wire
from contracts.booking.availability import BadHours, UnknownTimeZone
from contracts.booking.consultations import (
    AlreadyBooked,
    NoFreeConsultations,
    NotListed,
    OwnProfile,
)
from contracts.booking.holds import HeldSlots
from contracts.booking.waitlist import (
    JoinWaitlist,
    LeaveWaitlist,
    SlotsFree,
    TooManyWaits,
)
from contracts.named_consultations import NamedWaitlist, NamedWaitlistEntry
from contracts.profiles.accounts import Role
from gateway.api.names import Naming
from gateway.http.endpoint import endpoint


class WaitlistApi(Naming):
    @endpoint(
        "POST",
        "/api/v1/waitlist",
        body=JoinWaitlist,
        returns=NamedWaitlistEntry,
        status=HTTPStatus.CREATED,
        allow=[Role.CLIENT],
        errors=[
            EmailNotVerified,
            NotFound,
            NotListed,
            NoFreeConsultations,
            AlreadyBooked,
            OwnProfile,
            SlotsFree,
            TooManyWaits,
            UnknownTimeZone,
            BadHours,
        ],
    )
    def join_waitlist(self, body: JoinWaitlist) -> Wire[NamedWaitlistEntry]:
        """Join the waitlist of a specialist without a slot that fits; again: keep your place."""
        joined = self.booking.join_waitlist(
            specialist_id=body.specialist_id, time_zone=body.time_zone, wishes=body.wishes
        )
        return self.named_entry(joined)

    @endpoint("GET", "/api/v1/waitlist", returns=NamedWaitlist, allow=[Role.CLIENT])
    def list_waitlist(self) -> Wire[NamedWaitlist]:
        """The specialists you wait for, and the slots held for you."""
        return self.named_waitlist(self.booking.list_waitlist())

    @endpoint("GET", "/api/v1/held-slots", returns=HeldSlots, allow=[Role.CLIENT])
    def list_held_slots(self) -> Wire[HeldSlots]:
        """Slots that only you can book now: from waitlist, sign-up, or in place of a lost one."""
        return self.booking.list_held_slots()

    @endpoint(
        "DELETE",
        "/api/v1/waitlist",
        query=LeaveWaitlist,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=[Role.CLIENT],
    )
    def leave_waitlist(self, query: LeaveWaitlist) -> None:
        """Leave the waitlist; a slot held for you is offered to the next client."""
        self.booking.leave_waitlist(specialist_id=query.specialist_id)
