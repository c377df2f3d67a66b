"""Holds: times that are kept for somebody for a while."""

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
    """A consultation fell through because of the specialist, and times with others are kept for
    the client for a while."""

    consultation_id: UUID
    client_id: UUID
    slots: list[HeldSlot]
    time_zone: Annotated[
        str, Doc("Of the specialist with whom it fell through, as their availability named it.")
    ]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class HeldSlot:
    """30 minutes that nobody else can book until then."""

    specialist_id: UUID
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class HeldSlots:
    """What is kept for you now, in order of time."""

    items: list[HeldSlot]
