"""Holds: times that only one client can book for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event
from contracts.booking import PRODUCER

# Events


@dataclass(frozen=True, kw_only=True)
class RescueOffered(Event, producer=PRODUCER):
    """A specialist cancelled or missed a consultation, and times with other specialists are held
    for the client."""

    consultation_id: UUID
    client_id: UUID
    slots: list[HeldSlot]
    time_zone: Annotated[
        str, Doc("The IANA time zone of the specialist who cancelled or missed it.")
    ]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class HeldSlot:
    """30 minutes that no other client can book until `held_until`."""

    specialist_id: UUID
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class HeldSlots:
    """The times that are held for you now, in order of time."""

    items: list[HeldSlot]
