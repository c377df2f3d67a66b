"""Featuring: who can be booked for free soon. A truth that nobody sets by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Audience, Event, Version
from contracts.profiles import PRODUCER


class NotFeatured(StrEnum):
    """Why a specialist is not featured."""

    NOT_VERIFIED = "not_verified"
    NOT_LISTED = "not_listed"
    NO_FREE_CONSULTATIONS = "no_free_consultations"
    NO_SLOT_SOON = "no_slot_soon"


# Events


@dataclass(frozen=True, kw_only=True)
class SpecialistFeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """The specialist is listed, verified, offers free consultations and can be booked within
    14 days: all of it became true."""

    specialist_id: UUID
    version: Version
    display_name: str
    headline: str
    next_slot_at: Annotated[datetime, Doc("The next bookable time when this was said.")]


@dataclass(frozen=True, kw_only=True)
class SpecialistUnfeatured(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """What featuring needs is no longer all true."""

    specialist_id: UUID
    version: Version
    reason: NotFeatured
