"""Free first consultations."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import EmailNotVerified, NotFound
from chassis.pagination import Page, PageQuery, page_of
from chassis.rpc.client import Wire
from contracts.booking.attendance import (
    AttendanceClosed,
    AttendanceGiven,
    NotHeld,
    NotOver,
    SayAttendance,
)
from contracts.booking.availability import UnknownTimeZone
from contracts.booking.consultations import (
    AlreadyBooked,
    BookConsultation,
    BookingPaused,
    BudgetSpent,
    CancelConsultation,
    ConsultationsQuery,
    DayFull,
    HasBegun,
    InThePast,
    NoFreeConsultations,
    NotBooked,
    NoteNotYours,
    NoticeTooShort,
    NotListed,
    OverlappingBooking,
    OwnProfile,
    PrivateNote,
    RescheduleConsultation,
    SameTime,
    SlotNotOffered,
    SlotTaken,
    SpecialistBusy,
    TooFar,
    TooManyBookings,
    TooSoon,
    WriteNote,
)
from contracts.booking.outcomes import (
    OutcomeClosed,
    OutcomeGiven,
    OutcomeNotYours,
    OwnOutcome,
    SayOutcome,
)
from contracts.booking.slots import BadPeriod, Slots, SlotsQuery
from contracts.named_consultations import NamedConsultation, NamedConsultationAtRisk
from contracts.profiles.accounts import Role
from gateway.api.names import Naming
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint

STANDS_AGAINST_A_HOLD = (
    SlotTaken,
    SlotNotOffered,
    SpecialistBusy,
    TooSoon,
    InThePast,
    TooFar,
    DayFull,
    BudgetSpent,
    NotListed,
    NoFreeConsultations,
)
STANDS_AGAINST_A_TIME = (*STANDS_AGAINST_A_HOLD, OverlappingBooking)
STANDS_AGAINST_A_CHANGE = (NotFound, NotBooked, HasBegun, NoticeTooShort)
STANDS_AGAINST_A_NOTE = (NotFound, NotBooked, HasBegun, NoteNotYours)


class ConsultationsApi(Naming):
    @endpoint(
        "POST",
        "/api/v1/consultations",
        body=BookConsultation,
        returns=NamedConsultation,
        status=HTTPStatus.CREATED,
        allow=[Role.CLIENT],
        errors=[
            EmailNotVerified,
            NotFound,
            *STANDS_AGAINST_A_TIME,
            AlreadyBooked,
            TooManyBookings,
            BookingPaused,
            OwnProfile,
        ],
    )
    def book_consultation(self, body: BookConsultation) -> Wire[NamedConsultation]:
        """Book a free first consultation: the specialist sees your display name from then on.

        The problem `already_booked` names your consultation in `consultation_id`.
        """
        booked = self.booking.book_consultation(
            specialist_id=body.specialist_id,
            starts_at=body.starts_at,
            note=None if body.note is None else PrivateNote(text=body.note),
        )
        return self.named(booked)

    @endpoint(
        "GET",
        "/api/v1/consultations",
        query=ConsultationsQuery,
        returns=page_of(NamedConsultation),
        allow=SIGNED_IN,
        errors=[BadCursor, BadPeriod],
    )
    def list_consultations(self, query: ConsultationsQuery) -> Wire[Page[NamedConsultation]]:
        """Your consultations in order of their start."""
        return self.named_page(self.booking.list_consultations(query=query))

    @endpoint(
        "GET",
        "/api/v1/consultations/at-risk",
        query=PageQuery,
        returns=page_of(NamedConsultationAtRisk),
        allow=[Role.ADMIN],
        errors=[BadCursor],
    )
    def list_consultations_at_risk(self, query: PageQuery) -> Wire[Page[NamedConsultationAtRisk]]:
        """Consultations whose specialist's licence has expired, for admins; the soonest first."""
        return self.named_at_risk(self.booking.list_consultations_at_risk(page=query))

    @endpoint(
        "GET",
        "/api/v1/consultations/{consultation_id}",
        returns=NamedConsultation,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def get_consultation(self, consultation_id: UUID) -> Wire[NamedConsultation]:
        """One of your consultations."""
        return self.named(self.booking.get_consultation(consultation_id=consultation_id))

    @endpoint(
        "PUT",
        "/api/v1/consultations/{consultation_id}/note",
        body=WriteNote,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=STANDS_AGAINST_A_NOTE,
    )
    def write_note(self, consultation_id: UUID, body: WriteNote) -> None:
        """Change what you told the specialist, until the consultation starts."""
        self.booking.write_note(consultation_id=consultation_id, note=PrivateNote(text=body.note))

    @endpoint(
        "DELETE",
        "/api/v1/consultations/{consultation_id}/note",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=STANDS_AGAINST_A_NOTE,
    )
    def withdraw_note(self, consultation_id: UUID) -> None:
        """Withdraw what you told the specialist, until the consultation starts: it is deleted."""
        self.booking.withdraw_note(consultation_id=consultation_id)

    @endpoint(
        "POST",
        "/api/v1/consultations/{consultation_id}/cancellation",
        body=CancelConsultation,
        returns=NamedConsultation,
        allow=SIGNED_IN,
        errors=STANDS_AGAINST_A_CHANGE,
        repeatable=True,
    )
    def cancel_consultation(
        self, consultation_id: UUID, body: CancelConsultation
    ) -> Wire[NamedConsultation]:
        """Cancel a consultation; its time is free again."""
        cancelled = self.booking.cancel_consultation(
            consultation_id=consultation_id, cancellation=body
        )
        return self.named(cancelled)

    @endpoint(
        "POST",
        "/api/v1/consultations/{consultation_id}/rescheduling",
        body=RescheduleConsultation,
        returns=NamedConsultation,
        allow=SIGNED_IN,
        errors=[*STANDS_AGAINST_A_CHANGE, *STANDS_AGAINST_A_TIME, SameTime],
        repeatable=True,
    )
    def reschedule_consultation(
        self, consultation_id: UUID, body: RescheduleConsultation
    ) -> Wire[NamedConsultation]:
        """Move a consultation to another free slot."""
        moved = self.booking.reschedule_consultation(
            consultation_id=consultation_id, starts_at=body.starts_at
        )
        return self.named(moved)

    @endpoint(
        "GET",
        "/api/v1/consultations/{consultation_id}/slots",
        query=SlotsQuery,
        returns=Slots,
        allow=SIGNED_IN,
        errors=[
            *STANDS_AGAINST_A_CHANGE,
            NotListed,
            NoFreeConsultations,
            BadPeriod,
            BadCursor,
            UnknownTimeZone,
        ],
    )
    def list_slots_to_move_to(self, consultation_id: UUID, query: SlotsQuery) -> Wire[Slots]:
        """The slots to which you can move a consultation: those that rescheduling accepts."""
        return self.booking.list_slots_to_move_to(consultation_id=consultation_id, query=query)

    @endpoint(
        "POST",
        "/api/v1/consultations/{consultation_id}/attendance",
        body=SayAttendance,
        returns=NamedConsultation,
        allow=SIGNED_IN,
        errors=[NotFound, NotHeld, NotOver, AttendanceClosed, AttendanceGiven],
        repeatable=True,
    )
    def say_attendance(self, consultation_id: UUID, body: SayAttendance) -> Wire[NamedConsultation]:
        """Say whether a consultation took place, within 48 hours of its end; correct it once."""
        said = self.booking.say_attendance(
            consultation_id=consultation_id, attendance=body.attendance
        )
        return self.named(said)

    @endpoint(
        "POST",
        "/api/v1/consultations/{consultation_id}/outcome",
        body=SayOutcome,
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[NotFound, NotHeld, NotOver, OutcomeClosed, OutcomeGiven, OutcomeNotYours],
        repeatable=True,
    )
    def say_outcome(self, consultation_id: UUID, body: SayOutcome) -> None:
        """Say in private what you want next. Both of you hear of it only if both want to go on."""
        self.booking.say_outcome(consultation_id=consultation_id, outcome=body.outcome)

    @endpoint(
        "GET",
        "/api/v1/consultations/{consultation_id}/outcome",
        returns=OwnOutcome,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def get_outcome(self, consultation_id: UUID) -> Wire[OwnOutcome]:
        """What you said you want next, and whether both of you want to continue."""
        return self.booking.get_outcome(consultation_id=consultation_id)
