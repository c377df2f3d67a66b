"""The page that books a half hour: for clients, and for visitors who sign up with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from marshmallow.validate import Length

from chassis.errors import DomainError, EmailNotVerified, NotFound
from chassis.schemas import Normalised
from contracts.booking.consultations import (
    LONGEST_NOTE,
    AlreadyBooked,
    BookingPaused,
    ConsultationsQuery,
    ConsultationStatus,
    OwnProfile,
    PrivateNote,
    TooManyBookings,
)
from contracts.booking.sign_up_holds import SignUpHoldStatus
from contracts.booking.slots import NearestSlotsQuery, Slots, SlotsQuery
from contracts.half_hours import held_under, new_secret
from contracts.inputs.texts import running_text
from contracts.profiles.accounts import Role
from contracts.profiles.consents import Agreements
from contracts.profiles.specialists import Specialist
from gateway.api.consultations import STANDS_AGAINST_A_TIME
from gateway.api.half_hours import HalfHours
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.specialists.profile_texts import booking_path, short_name
from gateway.site.times.picker import PickerSlot
from gateway.specialist_ids import SpecialistId

HALF_AN_HOUR, A_MOMENT = timedelta(minutes=30), timedelta(minutes=1)
STANDS_AGAINST_A_BOOKING = (
    EmailNotVerified,
    NotFound,
    *STANDS_AGAINST_A_TIME,
    AlreadyBooked,
    TooManyBookings,
    BookingPaused,
    OwnProfile,
)

REFUSALS: dict[str, type[DomainError]] = {each.code: each for each in STANDS_AGAINST_A_BOOKING}

Note = Annotated[str | None, Normalised(running_text), Length(1, LONGEST_NOTE)]


class Guest(StrEnum):
    """Who looks at the page."""

    NEW = "new"
    CLIENT = "client"
    OWNER = "owner"
    """The specialist."""
    OTHER = "other"
    """An account that can't book, such as a specialist's."""


@dataclass(frozen=True, kw_only=True)
class BookingQuery:
    """``starts_at``: the time that was chosen. ``refused``: the code of the refusal that another
    page got when it booked this time."""

    starts_at: datetime | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class BookForm:
    starts_at: datetime
    note: Note = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class BookingShown:
    """``changeable_until``: until when a client can cancel or move it. ``nearest``: free times,
    where this one is not. For new people, ``agreements``: the versions in force; ``secret``: a new
    one for the sign-up, so that sending the form twice begins one."""

    specialist: Specialist
    called: str
    guest: Guest
    starts_at: datetime
    ends_at: datetime
    zone: str
    in_person: bool
    changeable_until: datetime
    is_free: bool
    nearest: tuple[PickerSlot, ...]
    agreements: Agreements | None
    secret: str = field(default_factory=new_secret, repr=False)
    refusal: DomainError | None = None

    @property
    def profile_path(self) -> str:
        return f"/specialists/{self.specialist.slug}"


class BookingPages(HalfHours):
    @page(
        "/specialists/{specialist_id}/booking",
        query=BookingQuery,
        template="booking/book.html",
        errors=[NotFound],
    )
    def booking_page(
        self, specialist_id: SpecialistId, query: BookingQuery, visitor: Visitor
    ) -> BookingShown | SeeOther:
        specialist = self.profiles.get_specialist(specialist_id=specialist_id).load()
        if query.starts_at is None:
            return SeeOther(to=f"/specialists/{specialist.slug}")
        shown = self._booking_shown(specialist, query.starts_at, visitor)
        if not shown.is_free and (booked := self._own_half_hour(shown)):
            return SeeOther(to=f"/consultations/{booked}")
        refusal = REFUSALS.get(query.refused)
        return replace(shown, refusal=refusal()) if refusal else shown

    def _booking_shown(
        self, specialist: Specialist, starts_at: datetime, visitor: Visitor
    ) -> BookingShown:
        slots = self._slots_at(specialist.id, starts_at)
        free = bool(slots.items) or self._is_kept(specialist.id, starts_at, visitor)
        return BookingShown(
            specialist=specialist,
            called=short_name(specialist.display_name),
            guest=_guest(specialist, visitor),
            starts_at=starts_at,
            ends_at=starts_at + HALF_AN_HOUR,
            zone=visitor.zone(slots.own_time_zone),
            in_person=slots.in_person,
            changeable_until=starts_at - timedelta(hours=slots.cancellation_notice_hours),
            is_free=free,
            nearest=() if free else self._nearest_to(specialist, starts_at, visitor),
            agreements=None if visitor.is_signed_in else self.profiles.get_agreements().load(),
        )

    def _own_half_hour(self, shown: BookingShown) -> UUID | None:
        """The client's consultation at this time: they have booked it and gone back."""
        if shown.guest is not Guest.CLIENT:
            return None
        at_this_time = ConsultationsQuery(
            status=[ConsultationStatus.BOOKED],
            starting_from=shown.starts_at,
            until=shown.starts_at + A_MOMENT,
        )
        found = self.booking.list_consultations(query=at_this_time).load().items
        same = (each.id for each in found if each.specialist_id == shown.specialist.id)
        return next(same, None)

    def _slots_at(self, specialist_id: UUID, starts_at: datetime) -> Slots:
        """With the slot of this time, where the visitor can have it."""
        query = SlotsQuery(starting_from=starts_at, until=starts_at + A_MOMENT)
        try:
            return self.booking.list_slots(specialist_id=specialist_id, query=query).load()
        except NotFound:
            return Slots(
                items=[], cancellation_notice_hours=12, own_time_zone="UTC", in_person=False
            )

    def _is_kept(self, specialist_id: UUID, starts_at: datetime, visitor: Visitor) -> bool:
        """Whether it is kept for a sign-up that was begun in this browser."""
        kept = self.hold_of_sign_up(visitor.sign_up)
        if kept is None or kept.status is not SignUpHoldStatus.HELD:
            return False
        return (kept.specialist_id, kept.starts_at) == (specialist_id, starts_at)

    def _nearest_to(
        self, specialist: Specialist, starts_at: datetime, visitor: Visitor
    ) -> tuple[PickerSlot, ...]:
        """The three free times nearest to one that is not free."""
        wanted = NearestSlotsQuery(starts_at=starts_at)
        try:
            found = self.booking.list_nearest_slots(specialist_id=specialist.id, query=wanted)
        except NotFound:
            return ()
        starts = [each.starts_at for each in found.load().items]
        return tuple(
            PickerSlot(each, booking_path(specialist.slug, each, visitor)) for each in starts
        )

    @form(
        "/specialists/{specialist_id}/booking",
        body=BookForm,
        again="booking_page",
        allow=[Role.CLIENT],
        errors=STANDS_AGAINST_A_BOOKING,
    )
    def book(self, specialist_id: SpecialistId, body: BookForm, visitor: Visitor) -> SeeOther:
        note = None if body.note is None else PrivateNote(text=body.note)
        self._take_over(visitor.sign_up)
        try:
            booked = self.booking.book_consultation(
                specialist_id=specialist_id, starts_at=body.starts_at, note=note
            ).load()
        except AlreadyBooked as refusal:
            if refusal.consultation_id is None:
                raise
            return SeeOther(to=f"/consultations/{refusal.consultation_id}", said="already_booked")
        return SeeOther(to=f"/consultations/{booked.id}", said="booked", sign_up="")

    def _take_over(self, sign_up: str) -> None:
        """Give the half hour of this browser's sign-up to the account that has signed in since, so
        that the account can book it."""
        if not sign_up:
            return
        try:
            self.booking.take_over_hold(hold=held_under(sign_up))
        except NotFound:
            return


def _guest(specialist: Specialist, visitor: Visitor) -> Guest:
    if not visitor.is_signed_in:
        return Guest.NEW
    if visitor.caller.account_id == specialist.id:
        return Guest.OWNER
    return Guest.CLIENT if visitor.has_role(Role.CLIENT) else Guest.OTHER
