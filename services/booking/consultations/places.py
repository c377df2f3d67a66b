"""The place of a consultation: practice, room of the platform, or the specialist's own link."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.consultations import ConsultationPlaceChanged, ConsultationStatus
from services.booking.availability.calendars import Calendar
from services.booking.consultations.participants import Participants

SHOWN_BEFORE = timedelta(minutes=10)


class ConsultationPlace(Participants):
    """The part of a ``Consultation`` that says where it takes place: at the practice, in a room
    that the platform made, or under the specialist's own link, which is stored in their calendar
    alone, encrypted.

    ``room``: a link to a new room, where the platform makes rooms.
    """

    meeting_link: Mapped[str | None] = mapped_column(default=None)
    meeting_address: Mapped[str | None] = mapped_column(default=None)
    own_link: Mapped[bool] = mapped_column(default=False)
    place_changed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def own_link_shown_from(self) -> datetime | None:
        """When the specialist's own link begins to be shown; ``None`` where it takes place
        elsewhere, or not at all."""
        shown = self.own_link and self.status == ConsultationStatus.BOOKED
        return self.starts_at - SHOWN_BEFORE if shown else None

    def shows_own_link(self, now: datetime) -> bool:
        """Whether the specialist's own link is shown: from 10 minutes before the start until the
        end. It is one room for all of their clients, who are not to meet each other there."""
        shown_from = self.own_link_shown_from
        return shown_from is not None and shown_from <= now < self.ends_at

    def take_place(self, calendar: Calendar, room: str | None) -> bool:
        """Take the calendar's present place. Returns whether that is another one. It stays where
        it is when the calendar has no place."""
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
        """Follow the specialist to their new place. Returns the event where the place changes.
        ``another_link``: the specialist replaced their own link."""
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
