"""The waitlist: who is offered what another gives back."""

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
    Doc("When you could come, in your zone: only such times are offered. Empty: at any time."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class SlotReleased(Event, producer=PRODUCER):
    """A time that was booked can be booked again: by whoever waits for it, if anybody does."""

    specialist_id: UUID
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class SlotOffered(Event, producer=PRODUCER):
    """A time is kept for somebody who waits for it, until then."""

    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    held_until: datetime
    time_zone: EventZone


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class JoinWaitlist:
    """The specialist to wait for. You are asked between 8 and 21 h in your zone."""

    specialist_id: UUID
    time_zone: TimeZone
    wishes: Wishes = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class LeaveWaitlist:
    """The specialist whom you no longer wait for."""

    specialist_id: UUID


@dataclass(frozen=True, kw_only=True)
class WaitlistEntry:
    """You wait for a time with a specialist."""

    specialist_id: UUID
    time_zone: str
    joined_at: datetime
    wishes: Annotated[list[Hours], Doc("When you could come; empty: at any time.")] = field(
        default_factory=list
    )
    held: Annotated[HeldSlot | None, Doc("What is kept for you now.")] = None


@dataclass(frozen=True, kw_only=True)
class Waitlist:
    """Whom you wait for, the longest first; ten at most."""

    items: list[WaitlistEntry]


# Refusals


class SlotsFree(Conflict):
    """The specialist has a free slot that fits, so you need not wait. Please book it."""

    code = "slots_free"


class TooManyWaits(Conflict):
    """You wait for as many specialists as one person can."""

    code = "too_many_waits"
