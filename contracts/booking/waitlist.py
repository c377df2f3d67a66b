"""The waitlist: who is offered what another gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.errors import Conflict
from chassis.events import Event
from contracts.booking import PRODUCER
from contracts.booking.availability import TimeZone
from contracts.booking.holds import HeldSlot

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


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class JoinWaitlist:
    """The specialist to wait for. You are asked between 8 and 21 h in your zone."""

    specialist_id: UUID
    time_zone: TimeZone


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
    held: Annotated[HeldSlot | None, Doc("What is kept for you now.")] = None


@dataclass(frozen=True, kw_only=True)
class Waitlist:
    """Whom you wait for, the longest first; ten at most."""

    items: list[WaitlistEntry]


# Refusals


class SlotsFree(Conflict):
    """There is no need to wait: the specialist has free slots."""

    code = "slots_free"


class TooManyWaits(Conflict):
    """You wait for as many specialists as one person can."""

    code = "too_many_waits"
