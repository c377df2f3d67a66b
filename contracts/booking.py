"""What booking tells, answers and refuses: availability, slots, consultations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range, Regexp

from chassis.errors import Conflict, Forbidden, Invalid
from chassis.events import Event, Version
from chassis.schemas import Named

PRODUCER = "booking"


class ConsultationStatus(StrEnum):
    BOOKED = "booked"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Party(StrEnum):
    """The two sides of a consultation."""

    CLIENT = "client"
    SPECIALIST = "specialist"


class CancellationReason(StrEnum):
    """Why a consultation does not take place."""

    ACCOUNT_ERASED = "account_erased"


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LocalTime = Annotated[
    str,
    Regexp(
        r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)",  # Python's $ lets a newline follow
        error="Must be a time such as '09:30'.",
    ),
    Doc("Time of day in the specialist's own zone, `HH:MM`; `24:00` ends a day."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event, producer=PRODUCER):
    """When a specialist can next be booked, or whether they offer it, is different now."""

    specialist_id: UUID
    version: Version
    offers_free_consultations: bool
    next_slot_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ConsultationBooked(Event, producer=PRODUCER):
    """A client took a slot."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationCancelled(Event, producer=PRODUCER):
    """A consultation does not take place: one side cancelled it."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    cancelled_by: Party


@dataclass(frozen=True, kw_only=True)
class ConsultationsAtRisk(Event, producer=PRODUCER):
    """A specialist's licence expired while consultations with them lie ahead: somebody has to
    look at these."""

    specialist_id: UUID
    consultation_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """Booking holds nothing on this account any more but ids that lead nowhere."""

    account_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A stretch of one weekday in which consultations may take place."""

    weekday: Weekday
    starts: LocalTime
    ends: LocalTime


@dataclass(frozen=True, kw_only=True)
class Availability:
    """When a specialist gives first consultations."""

    offers_free_consultations: bool
    time_zone: Annotated[str, Length(1, 64), Doc("An IANA name, such as `Europe/Berlin`.")]
    hours: Annotated[list[Hours], Length(max=50)] = field(default_factory=list)
    minimum_notice_hours: Annotated[
        int, Range(0, 14 * 24), Doc("How long before its start a slot can still be booked.")
    ] = 12
    horizon_days: Annotated[int, Range(1, 180), Doc("How far ahead slots are offered.")] = 60


@dataclass(frozen=True, kw_only=True)
class SlotsQuery:
    """Which slots: at most 62 days of them."""

    starting_from: Annotated[datetime | None, Named("from"), Doc("Default: now.")] = None
    until: Annotated[datetime | None, Named("to"), Doc("Default: 14 days after `from`.")] = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """30 bookable minutes."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Free slots in order of time."""

    items: list[Slot]


@dataclass(frozen=True, kw_only=True)
class BookConsultation:
    """The slot to book: a specialist and the time at which it starts."""

    specialist_id: UUID
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """A free initial consultation: 30 minutes between one client and one specialist."""

    id: UUID
    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: ConsultationStatus
    booked_at: datetime
    cancelled_at: datetime | None = None
    cancelled_by: Party | None = None
    cancellation_reason: CancellationReason | None = None


@dataclass(frozen=True, kw_only=True)
class BookingData:
    """What booking holds on a person."""

    availability: Annotated[Availability | None, Doc("Hours, where they set any.")]
    consultations: Annotated[list[Consultation], Doc("On either side, the oldest first.")]


# Refusals


class SlotTaken(Conflict):
    """Somebody else has booked that time."""

    code = "slot_taken"


class SlotNotOffered(Conflict):
    """The specialist offers no free consultation at that time."""

    code = "slot_not_offered"


class TooSoon(Conflict):
    """That time is too close to be booked."""

    code = "too_soon"


class NoFreeConsultations(Conflict):
    """The specialist offers no free consultations at present."""

    code = "no_free_consultations"


class AlreadyBooked(Conflict):
    """You have had, or booked, your free consultation with this specialist."""

    code = "already_booked"


class NotBooked(Conflict):
    """The consultation is not booked any more."""

    code = "not_booked"


class OwnProfile(Forbidden):
    """Nobody books a consultation with themselves."""

    code = "own_profile"


class BadHours(Invalid):
    """These hours make no sense."""

    code = "bad_hours"


class BadPeriod(Invalid):
    """Slots can't be listed for that period."""

    code = "bad_period"
