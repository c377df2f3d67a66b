"""What booking holds on a person, and that it was erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc

from chassis.events import Event
from contracts.booking import PRODUCER
from contracts.booking.availability import Availability
from contracts.booking.consultations import Consultation
from contracts.booking.external_calendars import ExternalCalendar
from contracts.booking.feeds import OpenFeed
from contracts.booking.holds import HeldSlot
from contracts.booking.outcomes import Outcome
from contracts.booking.waitlist import WaitlistEntry
from contracts.profiles.preferences import Preferences

# Events


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Booking holds nothing on this account any more but ids that lead nowhere."""

    account_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class BookingData:
    """What booking holds on a person."""

    availability: Annotated[Availability | None, Doc("Hours, where they set any.")]
    consultations: Annotated[list[Consultation], Doc("On either side, the oldest first.")]
    waitlist: Annotated[list[WaitlistEntry], Doc("Whom they wait for.")] = field(
        default_factory=list
    )
    outcomes: Annotated[list[Outcome], Doc("What they said after consultations.")] = field(
        default_factory=list
    )
    held_slots: Annotated[list[HeldSlot], Doc("What is kept for them now.")] = field(
        default_factory=list
    )
    preferences: Annotated[Preferences | None, Doc("As profiles told them last.")] = None
    calendar_feed: Annotated[
        OpenFeed | None, Doc("Their private calendar address, where they opened one.")
    ] = None
    external_calendars: Annotated[
        list[ExternalCalendar], Doc("Their external calendars, without the addresses.")
    ] = field(default_factory=list)
