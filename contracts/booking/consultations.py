"""Consultations: booking, moving, cancelling and listing them, and their notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, Range

from chassis.errors import Conflict, Forbidden
from chassis.events import Event, Version
from chassis.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from chassis.schemas import Named, Normalised
from contracts.booking import PRODUCER
from contracts.inputs.texts import running_text
from contracts.profiles.right_to_practise import Standing


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

    SOMETHING_CAME_UP = "something_came_up"
    ANOTHER_TIME_IS_BETTER = "another_time_is_better"
    FOUND_SOMEBODY_ELSE = "found_somebody_else"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"
    ACCOUNT_ERASED = "account_erased"
    """No person gives this reason: one of the two accounts was erased."""
    SPECIALIST_UNAVAILABLE = "specialist_unavailable"
    """No person gives this reason: the specialist may not practise. Only admins learn why."""


GivenReason = Literal[
    "something_came_up",
    "another_time_is_better",
    "found_somebody_else",
    "no_longer_needed",
    "other",
]
"""The reasons that a person can give."""


class Attendance(StrEnum):
    """Whether a consultation took place, as one side says."""

    HELD = "held"
    CLIENT_MISSED = "client_missed"
    SPECIALIST_MISSED = "specialist_missed"


LONGEST_NOTE = 2000

EventZone = Annotated[str, Doc("The specialist's IANA time zone.")]
EventAddress = Annotated[str | None, Doc("Where the two meet in person.")]
EventLink = Annotated[
    str | None,
    Doc("The link to a room that the platform made. No event has a specialist's own link."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class ConsultationBooked(Event, producer=PRODUCER):
    """A client booked a slot."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_zone: EventZone
    meeting_address: EventAddress
    meeting_link: EventLink


@dataclass(frozen=True, kw_only=True)
class ConsultationCancelled(Event, producer=PRODUCER):
    """A consultation was cancelled, by one side, or because the specialist may not practise. The
    latter counts as cancelled by the specialist."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    time_zone: EventZone
    cancelled_by: Party
    specialist_unavailable: Annotated[
        bool, Doc("Whether it was cancelled because the specialist may not practise.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class ConsultationRescheduled(Event, producer=PRODUCER):
    """One side moved a consultation to another time."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime
    previous_starts_at: datetime
    time_zone: EventZone
    meeting_address: EventAddress
    meeting_link: EventLink


@dataclass(frozen=True, kw_only=True)
class ConsultationPlaceChanged(Event, producer=PRODUCER):
    """A consultation ahead has another place: another practice or link, or online instead of at
    the practice, or the other way round."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    time_zone: EventZone
    meeting_address: EventAddress
    meeting_link: EventLink


@dataclass(frozen=True, kw_only=True)
class ConsultationsAtRisk(Event, producer=PRODUCER):
    """A specialist who has consultations ahead lost the right to practise, or may lose it. For
    admins.

    With the cause `licence_expired`, each consultation is cancelled 48 hours before its start
    unless a licence is verified. With `renewal_waiting` they stay until the renewal is decided.
    With any other cause they are cancelled already.
    """

    specialist_id: UUID
    consultation_ids: Annotated[list[UUID], Doc("The soonest first.")]
    starts: Annotated[list[datetime], Doc("When they start, in the same order.")]
    time_zone: Annotated[str, Doc("The specialist's IANA time zone.")]
    cause: Standing


@dataclass(frozen=True, kw_only=True)
class NoteRead(Event, producer=PRODUCER):
    """A specialist was shown a client's note. For the audit log: at most once an hour from one
    network."""

    consultation_id: UUID
    client_id: UUID
    specialist_id: UUID
    network: Annotated[str | None, Doc("The network of the specialist.")]


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class BookConsultation:
    """The slot to book: a specialist and the time at which it starts."""

    specialist_id: UUID
    starts_at: datetime
    note: Annotated[
        str | None,
        Normalised(running_text),
        Length(1, LONGEST_NOTE),
        Doc(
            "What you want the specialist to know before you meet. Only the specialist reads it, "
            "perhaps only when you meet, so don't wait for an answer. For people who need help "
            "now, show the emergency number and the helplines of `/api/v1/helplines` beside this "
            "field."
        ),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class PrivateNote:
    """A client's note to a specialist, before they meet. It appears in no log."""

    text: Annotated[str, Normalised(running_text), Length(1, LONGEST_NOTE)] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class WriteNote:
    """A new note for the specialist. It replaces the one before."""

    note: Annotated[
        str,
        Normalised(running_text),
        Length(1, LONGEST_NOTE),
        Doc("Only you and the specialist see it."),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CancelConsultation:
    """A cancellation. The reason is optional, and the other side does not see it."""

    reason: GivenReason | None = None


@dataclass(frozen=True, kw_only=True)
class RescheduleConsultation:
    """The new time of a consultation."""

    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationsQuery:
    """Which of your consultations to list, by their start: with `from` the soonest first, else
    the latest first."""

    status: Annotated[
        list[ConsultationStatus],
        Length(max=len(ConsultationStatus)),
        Doc("Statuses, separated by commas or repeated. Default: all."),
    ] = field(default_factory=list)
    starting_from: Annotated[
        datetime | None, Named("from"), Doc("Consultations that start at this time or later.")
    ] = None
    until: Annotated[
        datetime | None, Named("to"), Doc("Consultations that start before this time.")
    ] = None
    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the previous page.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """A free initial consultation: 30 minutes between one client and one specialist."""

    id: UUID
    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_zone: Annotated[str, Doc("The specialist's IANA time zone.")]
    status: ConsultationStatus
    booked_at: datetime
    cancelled_at: datetime | None = None
    cancelled_by: Party | None = None
    cancellation_reason: Annotated[
        CancellationReason | None,
        Doc(
            "Shown to the side that gave it. `account_erased` and `specialist_unavailable`, which "
            "no person gives, are shown to both sides."
        ),
    ] = None
    cancellation_notice_hours: Annotated[
        int, Doc("How many hours before its start the client can still cancel or move it.")
    ] = 12
    missed_by: Annotated[Party | None, Doc("The side that did not come, if it was missed.")] = None
    your_attendance: Annotated[Attendance | None, Doc("Your own answer whether it took place.")] = (
        None
    )
    attendance_until: Annotated[
        datetime | None,
        Doc(
            "Until when you can say whether it took place, or correct what you said: at first 48 "
            "hours from its end, or from what the other side said. `null`: you can't."
        ),
    ] = None
    meeting_link: Annotated[
        str | None,
        Doc(
            "Where to meet online. A specialist's own link is shown from 10 minutes before the "
            "start until the end, and only in answers to GET."
        ),
    ] = field(default=None, repr=False)
    meeting_link_shown_from: Annotated[
        datetime | None,
        Doc("If you meet under the specialist's own link: when `meeting_link` begins to show it."),
    ] = None
    meeting_address: Annotated[str | None, Doc("Where to meet in person.")] = None
    note: Annotated[
        str | None,
        Doc(
            "The client's note. Only answers to GET have it. Specialists see it in sessions that "
            "have passed a second factor, until 7 days after the end. It is deleted when the "
            "consultation is cancelled."
        ),
    ] = field(default=None, repr=False)
    note_withheld: Annotated[
        bool,
        Doc(
            "There is a note. You can read it once you have set up a second factor (`/me/totp`) "
            "and logged in with it."
        ),
    ] = False


# Refusals


class SlotTaken(Conflict):
    """This time, or one too close to it, is already taken. Please choose another one."""

    code = "slot_taken"


class SlotNotOffered(Conflict):
    """The specialist offers no free consultation at this time. Please choose one of the free
    slots."""

    code = "slot_not_offered"


class SpecialistBusy(Conflict):
    """The specialist has another appointment at this time. Please choose another one."""

    code = "specialist_busy"


class TooSoon(Conflict):
    """This time starts too soon to be booked. Please choose a later one."""

    code = "too_soon"


class TooFar(Conflict):
    """This time is too far ahead. Please choose an earlier one."""

    code = "too_far"


class InThePast(Conflict):
    """This time has passed. Please choose a later one."""

    code = "in_the_past"


class DayFull(Conflict):
    """The specialist takes no more consultations on this day or in this week. Please choose
    another day."""

    code = "day_full"


class BudgetSpent(Conflict):
    """The specialist has no free consultations left in this month. More may be offered later."""

    code = "budget_spent"


class NotListed(Conflict):
    """You can't book this specialist at present."""

    code = "not_listed"


class NoFreeConsultations(Conflict):
    """This specialist offers no free consultations at present. Please choose another one."""

    code = "no_free_consultations"


class AlreadyBooked(Conflict):
    """You have already had or booked your free consultation with this specialist."""

    code = "already_booked"
    member_ids = ("consultation_id",)
    consultation_id: UUID | None = None

    @classmethod
    def by(cls, consultation_id: UUID) -> Self:
        """The refusal that names the consultation."""
        refusal = cls()
        refusal.consultation_id = consultation_id
        return refusal

    def members(self) -> dict[str, Any]:
        return {"consultation_id": self.consultation_id} if self.consultation_id else {}

    def more_on_wire(self) -> dict[str, Any]:
        return {name: str(value) for name, value in self.members().items()}

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        if "consultation_id" in wire:
            self.consultation_id = UUID(wire["consultation_id"])


class OverlappingBooking(Conflict):
    """You have booked another consultation at this time. Please choose another time."""

    code = "overlapping_booking"


class TooManyBookings(Conflict):
    """You have three open bookings, and can't have more at a time. Please cancel one of them, or
    book again after one of them."""

    code = "too_many_bookings"


class NotBooked(Conflict):
    """This consultation is not booked any more, so you can't change it."""

    code = "not_booked"


class BookingPaused(Conflict):
    """You missed two consultations. You can book again after 30 days."""

    code = "booking_paused"


class NoticeTooShort(Conflict):
    """It is too late to cancel or move this consultation."""

    code = "notice_too_short"


class HasBegun(Conflict):
    """This consultation has already begun, so you can't change it."""

    code = "has_begun"


class SameTime(Conflict):
    """This consultation is already at this time. Please choose another one."""

    code = "same_time"


class NoteNotYours(Forbidden):
    """Only the client can change or withdraw this note."""

    code = "note_not_yours"


class OwnProfile(Forbidden):
    """You can't book a consultation with yourself."""

    code = "own_profile"
