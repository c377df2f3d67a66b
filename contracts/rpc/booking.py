"""RPC client of booking: availability, slots, consultations, waitlist, external calendars."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.pagination import Page, PageQuery
from chassis.rpc.client import RpcClient, Wire
from contracts.booking.at_risk import ConsultationAtRisk
from contracts.booking.availability import Availability, AvailabilitySet, TimeZone
from contracts.booking.consultations import (
    Attendance,
    CancelConsultation,
    Consultation,
    ConsultationsQuery,
    PrivateNote,
)
from contracts.booking.external_calendars import (
    AddExternalCalendar,
    ChangeExternalCalendar,
    ExternalCalendar,
    ExternalCalendars,
)
from contracts.booking.feeds import OpenCalendarFeed, OpenedCalendarFeed
from contracts.booking.figures import Figures, PublishedFigures
from contracts.booking.holds import HeldSlots
from contracts.booking.outcomes import OwnOutcome, Wish
from contracts.booking.privacy import BookingData
from contracts.booking.sign_up_holds import HeldForSignUp, HoldForSignUp, SignUpHold
from contracts.booking.slots import (
    DaysWithSlots,
    NearestSlots,
    NearestSlotsQuery,
    Period,
    Slots,
    SlotsQuery,
    SpecialistTimeZone,
)
from contracts.booking.waitlist import Waitlist, WaitlistEntry, Wishes
from contracts.files import File
from contracts.half_hours import SignUpHoldKey


class Booking(RpcClient):
    service = "booking"

    # Availability and slots

    def get_availability(self) -> Wire[Availability]: ...

    def set_availability(self, *, availability: Availability) -> Wire[AvailabilitySet]: ...

    def list_slots(self, *, specialist_id: UUID, query: SlotsQuery) -> Wire[Slots]:
        """Free slots, and those held for the caller."""

    def list_nearest_slots(
        self, *, specialist_id: UUID, query: NearestSlotsQuery
    ) -> Wire[NearestSlots]:
        """The free slots nearest to a wanted time, of those that ``list_slots`` shows."""

    def list_days(self, *, specialist_id: UUID, period: Period) -> Wire[DaysWithSlots]: ...

    def list_own_time_zones(self, *, specialist_ids: list[UUID]) -> Wire[list[SpecialistTimeZone]]:
        """The time zones of these specialists' calendars. Specialists without one are left out."""

    def list_slots_to_move_to(self, *, consultation_id: UUID, query: SlotsQuery) -> Wire[Slots]: ...

    # Consultations

    def book_consultation(
        self, *, specialist_id: UUID, starts_at: datetime, note: PrivateNote | None = None
    ) -> Wire[Consultation]: ...

    def get_consultation(self, *, consultation_id: UUID) -> Wire[Consultation]: ...

    def list_consultations(self, *, query: ConsultationsQuery) -> Wire[Page[Consultation]]:
        """The caller's consultations, as a client or as a specialist."""

    def cancel_consultation(
        self, *, consultation_id: UUID, cancellation: CancelConsultation
    ) -> Wire[Consultation]: ...

    def reschedule_consultation(
        self, *, consultation_id: UUID, starts_at: datetime
    ) -> Wire[Consultation]: ...

    def write_note(self, *, consultation_id: UUID, note: PrivateNote) -> None: ...

    def withdraw_note(self, *, consultation_id: UUID) -> None: ...

    def list_consultations_at_risk(self, *, page: PageQuery) -> Wire[Page[ConsultationAtRisk]]:
        """For admins: booked consultations with specialists whose licence has expired, the soonest
        first."""

    def say_attendance(
        self, *, consultation_id: UUID, attendance: Attendance
    ) -> Wire[Consultation]: ...

    def say_outcome(self, *, consultation_id: UUID, outcome: Wish) -> None: ...

    def get_outcome(self, *, consultation_id: UUID) -> Wire[OwnOutcome]:
        """The outcome that the caller reported, and whether both sides want to continue."""

    # Waitlist and holds

    def join_waitlist(
        self, *, specialist_id: UUID, time_zone: TimeZone, wishes: Wishes | None = None
    ) -> Wire[WaitlistEntry]:
        """Join, or keep the place and replace the wishes."""

    def leave_waitlist(self, *, specialist_id: UUID) -> None: ...

    def list_waitlist(self) -> Wire[Waitlist]: ...

    def list_held_slots(self) -> Wire[HeldSlots]: ...

    # Sign-ups

    def hold_for_sign_up(self, *, wanted: HoldForSignUp) -> Wire[HeldForSignUp]:
        """Hold a slot for a visitor without a session. Nothing depends on whether the address has
        an account."""

    def get_hold_of_sign_up(self, *, hold: SignUpHoldKey) -> Wire[SignUpHold]:
        """The sign-up's last hold, of any status."""

    def take_over_hold(self, *, hold: SignUpHoldKey) -> Wire[SignUpHold]:
        """Turn the hold into one of the caller. The status is ``held`` while the caller has the
        slot."""

    # Calendar files and feeds

    def get_consultation_file(
        self, *, consultation_id: UUID, discreet: bool | None
    ) -> Wire[File]: ...

    def open_calendar_feed(self, *, wanted: OpenCalendarFeed) -> Wire[OpenedCalendarFeed]: ...

    def close_calendar_feed(self) -> None: ...

    def get_calendar_feed(self, *, token: str) -> Wire[File]: ...

    # External calendars

    def list_external_calendars(self) -> Wire[ExternalCalendars]: ...

    def get_external_calendar(self, *, calendar_id: UUID) -> Wire[ExternalCalendar]: ...

    def add_external_calendar(self, *, wanted: AddExternalCalendar) -> Wire[ExternalCalendar]: ...

    def change_external_calendar(
        self, *, calendar_id: UUID, wanted: ChangeExternalCalendar
    ) -> Wire[ExternalCalendar]: ...

    def remove_external_calendar(self, *, calendar_id: UUID) -> None: ...

    def read_external_calendar(self, *, calendar_id: UUID) -> Wire[ExternalCalendar]:
        """Fetch it now, and return what came of it."""

    # Figures and personal data

    def get_my_figures(self) -> Wire[Figures]:
        """The caller's own, as a specialist."""

    def get_figures(self) -> Wire[PublishedFigures]:
        """Those of all specialists together, without small counts."""

    def export_personal_data(self) -> Wire[BookingData]: ...
