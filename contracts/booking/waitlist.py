"""The waitlist: clients who wait for a specialist, and the times that are offered to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

from chassis.errors import Conflict
from chassis.events import Event
from contracts.booking import PRODUCER
from contracts.booking.availability import Hours, TimeZone
from contracts.booking.consultations import EventZone
from contracts.booking.holds import HeldSlot

Wishes = Annotated[
    list[Hours],
    Length(max=28),
    Doc("When you can come, in your time zone. Only such times are offered. Empty: any time."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class SlotReleased(Event, producer=PRODUCER):
    """A booked time is free again. It is offered to clients who wait, if there are any."""

    specialist_id: UUID
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class SlotOffered(Event, producer=PRODUCER):
    """A free time is held for a client on the waitlist until `held_until`."""

    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    held_until: datetime
    time_zone: EventZone


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class JoinWaitlist:
    """The specialist to wait for. Times are offered to you between 8 and 21 h in your zone."""

    specialist_id: UUID
    time_zone: TimeZone
    wishes: Wishes = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class LeaveWaitlist:
    """The specialist whom you no longer wait for."""

    specialist_id: UUID


@dataclass(frozen=True, kw_only=True)
class WaitlistEntry:
    """Your place on a specialist's waitlist."""

    specialist_id: UUID
    time_zone: str
    joined_at: datetime
    wishes: Annotated[list[Hours], Doc("When you can come. Empty: any time.")] = field(
        default_factory=list
    )
    held: Annotated[HeldSlot | None, Doc("The time that is held for you now.")] = None


@dataclass(frozen=True, kw_only=True)
class Waitlist:
    """The specialists whom you wait for, the longest wait first. At most ten."""

    items: list[WaitlistEntry]


# Refusals


class SlotsFree(Conflict):
    """The specialist has a free slot that fits, so you need not wait. Please book it."""

    code = "slots_free"


class TooManyWaits(Conflict):
    """You are on ten waitlists, and can't be on more. Please leave one before you join another."""

    code = "too_many_waits"
