"""Consultations: booking, moving and cancelling them."""

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
    """Nobody says this one: it follows."""
    SPECIALIST_UNAVAILABLE = "specialist_unavailable"
    """The specialist may not practise at present. It follows; why is told to admins alone."""


GivenReason = Literal[
    "something_came_up",
    "another_time_is_better",
    "found_somebody_else",
    "no_longer_needed",
    "other",
]
"""The reasons that a person may give."""


class Attendance(StrEnum):
    """What became of a consultation, as one of its sides says."""

    HELD = "held"
    CLIENT_MISSED = "client_missed"
    SPECIALIST_MISSED = "specialist_missed"


LONGEST_NOTE = 2000

EventZone = Annotated[str, Doc("The specialist's, as their availability names it.")]
EventAddress = Annotated[str | None, Doc("Where the two meet in person.")]
EventLink = Annotated[
    str | None,
    Doc("Of a room that the platform made. A specialist's own link is in no event."),
]


# Events


@dataclass(frozen=True, kw_only=True)
class ConsultationBooked(Event, producer=PRODUCER):
    """A client took a slot."""

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
    """A consultation does not take place: one side cancelled it, or the specialist may not
    practise any more, which is told as theirs."""

    consultation_id: UUID
    version: Version
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    time_zone: EventZone
    cancelled_by: Party
    specialist_unavailable: Annotated[
        bool, Doc("It was cancelled because the specialist may not practise any more.")
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
    """A consultation ahead takes place elsewhere: at another practice, under another link, online
    instead of at the practice or the other way round."""

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
    """A specialist's right to practise ended, or its end is to be decided, while consultations
    with them lay ahead. For admins.

    With the cause `licence_expired` each is cancelled 48 hours before its start unless a licence
    is verified; with `renewal_waiting` they stay until the renewal is decided; with any other
    cause they are cancelled already.
    """

    specialist_id: UUID
    consultation_ids: Annotated[list[UUID], Doc("The next first.")]
    starts: Annotated[list[datetime], Doc("When they start, in the same order.")]
    time_zone: Annotated[str, Doc("The specialist's.")]
    cause: Standing


@dataclass(frozen=True, kw_only=True)
class NoteRead(Event, producer=PRODUCER):
    """A specialist was shown a client's note. For the audit: at most once an hour from the same
    network."""

    consultation_id: UUID
    client_id: UUID
    specialist_id: UUID
    network: Annotated[str | None, Doc("From where.")]


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
            "What the specialist should know before, in private. They alone read it, and maybe "
            "not before you meet: don't wait for an answer to it. Who needs somebody now finds an "
            "emergency number and helplines at `/api/v1/helplines`; show them beside this field."
        ),
    ] = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class PrivateNote:
    """What a client tells a specialist before they meet. It leaves no trace in any log."""

    text: Annotated[str, Normalised(running_text), Length(1, LONGEST_NOTE)] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class WriteNote:
    """What the specialist should know before, instead of what was written before."""

    note: Annotated[
        str,
        Normalised(running_text),
        Length(1, LONGEST_NOTE),
        Doc("In private. Nobody else ever sees it."),
    ] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CancelConsultation:
    """Nobody has to give a reason; the other side does not see it."""

    reason: GivenReason | None = None


@dataclass(frozen=True, kw_only=True)
class RescheduleConsultation:
    """The time to which a consultation moves."""

    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsultationsQuery:
    """Which of your consultations, by when they start: with `from` the soonest first, else the
    latest first."""

    status: Annotated[
        list[ConsultationStatus],
        Length(max=len(ConsultationStatus)),
        Doc("Any of these, by commas or repeated; default: all."),
    ] = field(default_factory=list)
    starting_from: Annotated[
        datetime | None, Named("from"), Doc("Those that start then, or later.")
    ] = None
    until: Annotated[datetime | None, Named("to"), Doc("Those that start before then.")] = None
    cursor: Annotated[str | None, Length(max=64), Doc("`next` of the page before.")] = None
    limit: Annotated[int, Range(1, LARGEST_LIMIT), Doc("Items on the page.")] = DEFAULT_LIMIT


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
    cancellation_reason: Annotated[
        CancellationReason | None,
        Doc(
            "Shown to whoever gave it; `account_erased` and `specialist_unavailable`, which "
            "nobody gives, to both."
        ),
    ] = None
    cancellation_notice_hours: Annotated[
        int, Doc("How long before its start the client can still cancel or move it.")
    ] = 12
    missed_by: Annotated[Party | None, Doc("Who did not come, where it was missed.")] = None
    your_attendance: Annotated[Attendance | None, Doc("What you said became of it.")] = None
    meeting_link: Annotated[
        str | None,
        Doc(
            "Where to meet online. A specialist's own link is shown from 10 minutes before the "
            "start until the end, to a GET alone."
        ),
    ] = field(default=None, repr=False)
    meeting_link_shown_from: Annotated[
        datetime | None,
        Doc("Where you meet under the specialist's own link: when `meeting_link` shows it."),
    ] = None
    meeting_address: Annotated[str | None, Doc("Where to meet in person.")] = None
    note: Annotated[
        str | None,
        Doc(
            "What the client wrote before. Only answers to a GET have it, the specialist's only "
            "in sessions that showed a second factor, until 7 days after the end. It is deleted "
            "when the consultation is cancelled."
        ),
    ] = field(default=None, repr=False)
    note_withheld: Annotated[
        bool,
        Doc(
            "There is a note, and you may read it once you have set up a second factor "
            "(`/me/totp`) and logged in with it."
        ),
    ] = False


# Refusals


class SlotTaken(Conflict):
    """That time, or one too close to it, is taken. Please choose another one."""

    code = "slot_taken"


class SlotNotOffered(Conflict):
    """The specialist offers no free consultation at that time."""

    code = "slot_not_offered"


class SpecialistBusy(Conflict):
    """The specialist has something else at that time."""

    code = "specialist_busy"


class TooSoon(Conflict):
    """That time is too close to be booked."""

    code = "too_soon"


class TooFar(Conflict):
    """That time is further ahead than slots are offered."""

    code = "too_far"


class InThePast(Conflict):
    """That time has passed."""

    code = "in_the_past"


class DayFull(Conflict):
    """The specialist takes on no more on that day, or in that week."""

    code = "day_full"


class BudgetSpent(Conflict):
    """The specialist has no free consultations left in that month; more may open later."""

    code = "budget_spent"


class NotListed(Conflict):
    """The specialist can't be booked at present."""

    code = "not_listed"


class NoFreeConsultations(Conflict):
    """The specialist offers no free consultations at present."""

    code = "no_free_consultations"


class AlreadyBooked(Conflict):
    """You have had, or booked, your free consultation with this specialist."""

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
    """You have booked another consultation for that time."""

    code = "overlapping_booking"


class TooManyBookings(Conflict):
    """You have as many open bookings as one person can have."""

    code = "too_many_bookings"


class NotBooked(Conflict):
    """The consultation is not booked any more."""

    code = "not_booked"


class BookingPaused(Conflict):
    """You missed two consultations, so you can book again only after 30 days."""

    code = "booking_paused"


class NoticeTooShort(Conflict):
    """It is too late to cancel or move this consultation."""

    code = "notice_too_short"


class HasBegun(Conflict):
    """The consultation has begun."""

    code = "has_begun"


class SameTime(Conflict):
    """The consultation is at that time already."""

    code = "same_time"


class NoteNotYours(Forbidden):
    """Only the client can change or withdraw this note."""

    code = "note_not_yours"


class OwnProfile(Forbidden):
    """You can't book a consultation with yourself. Please choose another specialist."""

    code = "own_profile"
