"""The personal data that booking stores on an account, and its erasure."""

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
    """Booking has erased an account's data. Only ids remain, which lead to no person."""

    account_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class BookingData:
    """The personal data that booking stores on an account."""

    availability: Annotated[Availability | None, Doc("Their availability, if they have set one.")]
    consultations: Annotated[
        list[Consultation], Doc("Their consultations on either side, the oldest first.")
    ]
    waitlist: Annotated[list[WaitlistEntry], Doc("The specialists whom they wait for.")] = field(
        default_factory=list
    )
    outcomes: Annotated[list[Outcome], Doc("Their outcomes after consultations.")] = field(
        default_factory=list
    )
    held_slots: Annotated[list[HeldSlot], Doc("The times that are held for them now.")] = field(
        default_factory=list
    )
    preferences: Annotated[
        Preferences | None, Doc("Their preferences, as profiles last sent them.")
    ] = None
    calendar_feed: Annotated[
        OpenFeed | None, Doc("Their private calendar address, if they have opened one.")
    ] = None
    external_calendars: Annotated[
        list[ExternalCalendar], Doc("Their external calendars, without the addresses.")
    ] = field(default_factory=list)
