"""Where a consultation is held, and how one that lies ahead follows its specialist elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.consultations import ConsultationPlaceChanged, ConsultationStatus
from services.booking.availability.calendars import Calendar
from services.booking.consultations.participants import Participants

SHOWN_BEFORE = timedelta(minutes=10)


class ConsultationPlace(Participants):
    """The part of a ``Consultation`` that says where it is held: at the practice, in a room that
    the platform made, or under the specialist's own link, which stands in their calendar alone,
    sealed.

    ``room``, where methods ask for it: a link to a new room, where the platform makes rooms.
    """

    meeting_link: Mapped[str | None] = mapped_column(default=None)
    meeting_address: Mapped[str | None] = mapped_column(default=None)
    own_link: Mapped[bool] = mapped_column(default=False)
    place_changed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def own_link_shown_from(self) -> datetime | None:
        """When the specialist's own link begins to be shown; ``None`` where it is held elsewhere,
        or not at all."""
        shown = self.own_link and self.status == ConsultationStatus.BOOKED
        return self.starts_at - SHOWN_BEFORE if shown else None

    def shows_own_link(self, now: datetime) -> bool:
        """From shortly before the start until the end: it is one room for all of a specialist's
        clients, and nobody is to come upon the one before."""
        shown_from = self.own_link_shown_from
        return shown_from is not None and shown_from <= now < self.ends_at

    def take_place(self, calendar: Calendar, room: str | None) -> bool:
        """Be held where the calendar says now; whether that is elsewhere. It stays where it is
        when nothing takes that place."""
        place = before = self.meeting_address, self.meeting_link, bool(self.own_link)
        if calendar.in_person_address is not None:
            place = calendar.in_person_address, None, False
        elif room is not None:
            place = None, self.meeting_link or room, False
        elif calendar.sealed_meeting_link is not None:
            place = None, None, True
        self.meeting_address, self.meeting_link, self.own_link = place
        return place != before

    def follow(
        self, calendar: Calendar, room: str | None, another_link: bool, now: datetime
    ) -> ConsultationPlaceChanged | None:
        """Follow the specialist to their new place; the event where this one is held elsewhere.
        ``another_link``: they gave another one of their own."""
        self.time_zone = calendar.time_zone
        elsewhere = self.take_place(calendar, room)
        if not elsewhere and not (self.own_link and another_link):
            return None
        self.place_changed_at = now
        self.version += 1
        return ConsultationPlaceChanged(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            meeting_address=self.meeting_address,
            meeting_link=self.meeting_link,
        )
