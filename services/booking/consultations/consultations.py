"""The Consultation: 30 free minutes between one client and one specialist.

Its states, ``ConsultationStatus``:

    book ─▶ BOOKED ─┬─▶ CANCELLED   by either side, within the notice; by the erasure of an account;
                    │               by the end of the specialist's right to practise
                    ├─▶ COMPLETED   after the end: a side says so, or 48 hours without an answer
                    └─▶ MISSED      after the end: a side says that the other one did not come

A booked consultation can be rescheduled, within the notice. COMPLETED and MISSED turn into each
other while a side can still answer: see ``no_shows``. All but CANCELLED take up the specialist's
time and count in their limits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.ids import new_id
from contracts.booking import consultations as contract
from contracts.booking.consultations import (
    Attendance,
    CancellationReason,
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationStatus,
    HasBegun,
    NoFreeConsultations,
    NotBooked,
    NoteNotYours,
    NoteRead,
    NoticeTooShort,
    OwnProfile,
    Party,
    SameTime,
)
from services.booking.availability.bookable import Bookable
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import SLOT
from services.booking.base import Base
from services.booking.consultations.attendance import ConsultationAttendance
from services.booking.consultations.client_limits import (
    ClientBooking,
    overlapping,
    require_free,
    require_no_overlap,
    require_not_met,
)
from services.booking.consultations.constraints import CONSTRAINTS
from services.booking.consultations.places import ConsultationPlace

DECIDED_BEFORE = timedelta(hours=48)
"""How long before its start a consultation is cancelled whose specialist's licence has expired,
unless an admin has decided by then."""
READING_RECORDED_EVERY = timedelta(hours=1)
NOTE_OPEN_FOR = timedelta(days=7)
"""How long after the end the specialist can read the note."""
NOT_BOOKED = {
    ConsultationStatus.CANCELLED: "This consultation is cancelled, so you can't change it.",
    ConsultationStatus.COMPLETED: "This consultation is completed, so you can't change it.",
    ConsultationStatus.MISSED: "This consultation was missed, so you can't change it.",
}
SHOWN_TO_BOTH = (CancellationReason.ACCOUNT_ERASED, CancellationReason.SPECIALIST_UNAVAILABLE)
"""Reasons that no person gave. They are shown to both sides."""


@dataclass(frozen=True)
class NoteReader:
    """The caller who reads consultations with their notes, and when."""

    caller: Caller
    may_practise: bool
    now: datetime


class Consultation(ConsultationAttendance, ConsultationPlace, Base):
    """A consultation has no price, and leads to no contract by itself."""

    __tablename__ = "consultations"
    __table_args__ = CONSTRAINTS

    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_by: Mapped[str | None] = mapped_column(default=None)
    cancellation_reason: Mapped[str | None] = mapped_column(default=None)
    rescheduled_at: Mapped[datetime | None] = mapped_column(default=None)
    notice_hours: Mapped[int] = mapped_column(default=12)
    sealed_note: Mapped[str | None] = mapped_column(default=None)
    note_read_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a ``NoteRead`` was last emitted."""
    note_read_from: Mapped[str | None] = mapped_column(default=None)
    """The specialist's network at that time."""
    cancels_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it is cancelled unless an admin decides before: the specialist's licence has
    expired."""

    @classmethod
    def book(
        cls,
        calendar: Calendar,
        client_id: UUID,
        starts_at: datetime,
        busy: Busy,
        bookings: Collection[ClientBooking],
        now: datetime,
        sealed_note: str | None = None,
        meeting_link: str | None = None,
    ) -> tuple[Consultation, ConsultationBooked]:
        """Book a slot. ``bookings``: the client's consultations. Raises the first refusal.

        It takes place at the specialist's practice where there is one, else in the room behind
        ``meeting_link``, else under the specialist's own link.
        """
        if client_id == calendar.specialist_id:
            raise OwnProfile
        require_not_met(bookings, calendar.specialist_id, now)
        calendar.require_bookable(starts_at, busy, now)
        if not (calendar.has_place or meeting_link):
            raise NoFreeConsultations
        require_free(bookings, calendar.specialist_id, starts_at, now)
        starts_at = starts_at.astimezone(UTC)  # the request may name any zone
        consultation = cls(
            id=new_id(),
            version=1,
            specialist_id=calendar.specialist_id,
            client_id=client_id,
            starts_at=starts_at,
            ends_at=starts_at + SLOT,
            time_zone=calendar.time_zone,
            status=ConsultationStatus.BOOKED,
            booked_at=now,
            notice_hours=calendar.cancellation_notice_hours,
            sealed_note=sealed_note,
        )
        consultation.take_place(calendar, meeting_link)
        return consultation, consultation._booked()

    def _booked(self) -> ConsultationBooked:
        return ConsultationBooked(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            time_zone=self.time_zone,
            meeting_address=self.meeting_address,
            meeting_link=self.meeting_link,
        )

    def cancel(
        self, by: Party, reason: CancellationReason | None, now: datetime
    ) -> ConsultationCancelled:
        """Cancel it: its slot is free again.

        Raises ``NotBooked``, ``HasBegun`` and ``NoticeTooShort``.
        """
        if reason == CancellationReason.ACCOUNT_ERASED:  # an erasure needs no notice
            self._require_booked()
        else:
            self._require_changeable(by, now)
        self.status = ConsultationStatus.CANCELLED
        self.version += 1
        self.cancelled_at, self.cancelled_by, self.cancellation_reason = now, by, reason
        self.cancels_at = None
        self.delete_note()
        return ConsultationCancelled(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            cancelled_by=by,
            specialist_unavailable=reason == CancellationReason.SPECIALIST_UNAVAILABLE,
        )

    def reschedule(
        self,
        by: Party,
        calendar: Calendar,
        starts_at: datetime,
        busy: Busy,
        bookings: Collection[ClientBooking],
        now: datetime,
        room: str | None = None,
    ) -> ConsultationRescheduled:
        """Move it to another time, and to the calendar's present place. ``busy`` and ``bookings``
        as in ``book``, without this consultation itself.

        A specialist needs no notice, neither their minimum notice nor the cancellation notice; a
        client whom they moved can cancel at any time. Raises the first refusal.
        """
        bookable = self._bookable(by, calendar, busy, now)
        if starts_at == self.starts_at:
            raise SameTime
        bookable.require(starts_at)
        require_no_overlap(bookings, starts_at)
        previous = self.starts_at
        self.starts_at = starts_at.astimezone(UTC)
        self.ends_at = self.starts_at + SLOT
        self.time_zone = calendar.time_zone
        self.take_place(calendar, room)
        self.rescheduled_at = now
        if by == Party.SPECIALIST:
            self.notice_hours = 0
        self.version += 1
        return self._rescheduled(previous)

    def _rescheduled(self, previous_starts_at: datetime) -> ConsultationRescheduled:
        return ConsultationRescheduled(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            previous_starts_at=previous_starts_at,
            time_zone=self.time_zone,
            meeting_address=self.meeting_address,
            meeting_link=self.meeting_link,
        )

    def times_to_move_to(
        self,
        by: Party,
        calendar: Calendar,
        busy: Busy,
        bookings: Collection[ClientBooking],
        period: tuple[datetime, datetime],
        now: datetime,
    ) -> list[datetime]:
        """The times of a period that ``reschedule`` accepts. Raises the refusal that holds for
        all of them."""
        bookable = self._bookable(by, calendar, busy, now)
        return [
            starts_at
            for starts_at in bookable.starts_within(*period)
            if starts_at != self.starts_at and not overlapping(bookings, starts_at)
        ]

    def _bookable(self, by: Party, calendar: Calendar, busy: Busy, now: datetime) -> Bookable:
        """The times that it can be moved to, apart from the client's other consultations."""
        self._require_changeable(by, now)
        return calendar.bookable(busy, now, self.starts_at, by_specialist=by == Party.SPECIALIST)

    def _require_booked(self) -> None:
        if self.status != ConsultationStatus.BOOKED:
            raise NotBooked(NOT_BOOKED[ConsultationStatus(self.status)])

    def _require_changeable(self, by: Party, now: datetime) -> None:
        self._require_booked()
        if now >= self.starts_at:
            raise HasBegun
        notice = timedelta(hours=self.notice_hours if by == Party.CLIENT else 0)
        if now > self.starts_at - notice:
            raise NoticeTooShort(
                "It is too late to cancel or move this consultation. "
                f"You could until {self.notice_hours} hours before it begins."
            )

    # The specialist's right to practise

    def is_ahead(self, now: datetime) -> bool:
        return self.status == ConsultationStatus.BOOKED and now < self.starts_at

    def cancel_for_unavailable(self, now: datetime) -> ConsultationCancelled:
        """Cancel it because the specialist may not practise. The client does not learn why."""
        return self.cancel(Party.SPECIALIST, CancellationReason.SPECIALIST_UNAVAILABLE, now)

    def await_decision(self) -> None:
        """Cancel it 48 hours before its start unless an admin decides: see ``is_undecided``."""
        self.cancels_at = self.starts_at - DECIDED_BEFORE

    def is_undecided(self, now: datetime) -> bool:
        """Whether it is due to be cancelled, since no admin decided in time."""
        return self.is_ahead(now) and self.cancels_at is not None and self.cancels_at <= now

    def clear_decision(self) -> None:
        self.cancels_at = None

    def forget_content(self) -> None:
        """Delete what only its two sides may know, when one of them is erased or 30 days after the
        end: see ``queries.CONTENT``."""
        self.sealed_note = self.meeting_link = self.meeting_address = None
        self.own_link = False
        self.note_read_at = self.note_read_from = None

    # The note

    def write_note(self, by: Party, sealed_note: str | None, now: datetime) -> None:
        """Replace the note, or withdraw it with ``None``, until the start.

        Raises ``NoteNotYours``, ``NotBooked`` and ``HasBegun``.
        """
        if by != Party.CLIENT:
            raise NoteNotYours
        self._require_booked()
        if now >= self.starts_at:
            raise HasBegun
        self.delete_note()  # reading the new one is recorded again
        self.sealed_note = sealed_note

    def add_held_note(self, sealed_note: str | None) -> None:
        """Add the note of the hold that this booking ends, unless the booking came with one."""
        self.sealed_note = self.sealed_note or sealed_note

    def delete_note(self) -> None:
        self.sealed_note = self.note_read_at = self.note_read_from = None

    def has_note_for(self, reader: NoteReader) -> bool:
        """Whether there is a note that the reader may see: the client while it is stored, the
        specialist while they may practise, until 7 days after the end."""
        if self.sealed_note is None:
            return False
        is_client = self.party(reader.caller.known()) == Party.CLIENT
        return is_client or (reader.may_practise and reader.now < self.ends_at + NOTE_OPEN_FOR)

    def shows_note_to(self, reader: NoteReader) -> bool:
        """Whether the reader is shown the note. The specialist, who reads notes of many clients,
        needs a session that has passed the second factor."""
        is_client = self.party(reader.caller.known()) == Party.CLIENT
        return self.has_note_for(reader) and (is_client or reader.caller.second_factor)

    def is_news_read_by(self, reader: NoteReader, network: str | None) -> bool:
        """Whether a ``NoteRead`` is due when the reader is shown the note: for the specialist, the
        first time, after an hour, or from another network."""
        is_client = self.party(reader.caller.known()) == Party.CLIENT
        if is_client or not self.shows_note_to(reader):
            return False
        now = reader.now
        recorded = (
            self.note_read_at is not None and now < self.note_read_at + READING_RECORDED_EVERY
        )
        return not recorded or network != self.note_read_from

    def read_note(self, network: str | None, now: datetime) -> NoteRead:
        self.note_read_at, self.note_read_from = now, network
        return NoteRead(
            consultation_id=self.id,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            network=network,
        )

    def to_resource_with_note(
        self, reader: NoteReader, opened: Callable[[str], str | None]
    ) -> contract.Consultation:
        """As the reader, one of its two sides, sees it: with the note, or with
        ``note_withheld``."""
        account_id = reader.caller.known()
        if self.shows_note_to(reader):
            return self.to_resource(account_id, opened)
        return replace(self.to_resource(account_id), note_withheld=self.has_note_for(reader))

    def to_resource(
        self, reader: UUID, opened: Callable[[str], str | None] | None = None
    ) -> contract.Consultation:
        """As one of its sides sees it. ``opened`` decrypts the note; without it there is none."""
        by = self.party(reader)
        said = self._attendance_by(by)
        cancelled = self.status == ConsultationStatus.CANCELLED  # then it has no place
        return contract.Consultation(
            id=self.id,
            specialist_id=self.specialist_id,
            client_id=self.client_id,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            time_zone=self.time_zone,
            status=ConsultationStatus(self.status),
            booked_at=self.booked_at,
            cancelled_at=self.cancelled_at,
            cancelled_by=Party(self.cancelled_by) if self.cancelled_by else None,
            cancellation_reason=self._reason_for(by),
            cancellation_notice_hours=self.notice_hours,
            missed_by=Party(self.missed_by) if self.missed_by else None,
            your_attendance=Attendance(said) if said else None,
            attendance_until=self.attendance_until(by),
            meeting_link=None if cancelled else self.meeting_link,
            meeting_link_shown_from=self.own_link_shown_from,
            meeting_address=None if cancelled else self.meeting_address,
            note=opened(self.sealed_note) if opened and self.sealed_note else None,
        )

    def _reason_for(self, reader: Party) -> CancellationReason | None:
        if self.cancellation_reason is None:
            return None
        reason = CancellationReason(self.cancellation_reason)
        return reason if reason in SHOWN_TO_BOTH or reader == self.cancelled_by else None
