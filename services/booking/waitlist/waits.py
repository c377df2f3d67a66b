"""The Wait: a client's place on the waitlist of a specialist without fitting slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.booking.availability import Hours
from contracts.booking.consultations import (
    NoFreeConsultations,
    NotListed,
    OwnProfile,
)
from contracts.booking.waitlist import SlotOffered, SlotsFree, TooManyWaits, WaitlistEntry
from services.booking.availability.calendars import Calendar
from services.booking.availability.opening_hours import OpeningHours
from services.booking.availability.validation import require_valid_week
from services.booking.availability.zones import zone_of
from services.booking.base import Base
from services.booking.consultations.client_limits import (
    ClientBooking,
    overlapping,
    require_free,
    require_not_met,
)
from services.booking.holds.holds import Hold

MOST_WAITS = 10
HELD_FOR = timedelta(hours=2)
WORTH_ASKING = timedelta(minutes=30)
"""The least time to answer: shorter offers are not made."""
DAY_BEGINS, LAST_ASKED = time(8), time(19)
"""A hold lies between 8 and 21 h in the client's zone: none comes or ends at night."""


class Wait(Base):
    """One client's place on one specialist's waitlist."""

    __tablename__ = "waits"
    __table_args__ = (UniqueConstraint("client_id", "specialist_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID] = mapped_column(index=True)
    client_id: Mapped[UUID]
    time_zone: Mapped[str]
    wishes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    joined_at: Mapped[datetime]
    since: Mapped[datetime]
    """The order of the waitlist. Reset when the client lets a hold run out."""

    @classmethod
    def join(
        cls,
        calendar: Calendar,
        client_id: UUID,
        time_zone: str,
        wishes: Collection[Hours],
        bookings: Collection[ClientBooking],
        others: int,
        free: Collection[datetime],
        now: datetime,
    ) -> Wait:
        """``others``: how many other waits the client has. Raises the first refusal."""
        if client_id == calendar.specialist_id:
            raise OwnProfile
        if not calendar.takes_bookings:
            raise NotListed
        if not calendar.offers_free_consultations:
            raise NoFreeConsultations
        require_not_met(bookings, calendar.specialist_id, now)
        wait = cls(
            id=new_id(),
            specialist_id=calendar.specialist_id,
            client_id=client_id,
            joined_at=now,
            since=now,
        )
        wait.wish(time_zone, wishes)
        if any(wait.fitting_times(free, bookings)):
            raise SlotsFree
        if others >= MOST_WAITS:
            raise TooManyWaits
        calendar.start_offering(now)
        return wait

    def wish(self, time_zone: str, wishes: Collection[Hours]) -> None:
        """Set when the client can come. Raises ``UnknownTimeZone`` and ``BadHours``."""
        self.time_zone = zone_of(time_zone).key
        require_valid_week(wishes, "wishes")
        self.wishes = [asdict(each) for each in wishes]

    def fitting_times(
        self, free: Iterable[datetime], bookings: Collection[ClientBooking]
    ) -> Iterator[datetime]:
        """The free times at which the client can come."""
        wished = tuple(Hours(**each) for each in self.wishes)
        hours = OpeningHours(self.time_zone, wished)
        for starts_at in free:
            if not overlapping(bookings, starts_at) and (not wished or hours.covers(starts_at)):
                yield starts_at

    def can_be_asked(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.time_zone)).time()
        return DAY_BEGINS <= local <= LAST_ASKED

    def offered(
        self,
        free: Collection[datetime],
        holds: Collection[Hold],
        bookings: Collection[ClientBooking],
        notice: timedelta,
        now: datetime,
        their_zone: str,
    ) -> tuple[Hold, SlotOffered] | None:
        """A hold of the first free time that the client can take and was not offered before.
        ``their_zone``: the specialist's zone."""
        mine = [each for each in holds if each.client_id == self.client_id]
        if any(each.is_active(now) for each in mine):
            return None
        before = {each.starts_at for each in mine}
        for starts_at in self.fitting_times(free, bookings):
            until = min(now + HELD_FOR, starts_at - notice)
            if starts_at in before or until - now < WORTH_ASKING:
                continue
            try:
                require_free(bookings, self.specialist_id, starts_at, now)
            except DomainError:
                continue
            hold = Hold.of(self.specialist_id, self.client_id, starts_at, until)
            return hold, SlotOffered(
                specialist_id=self.specialist_id,
                client_id=self.client_id,
                starts_at=starts_at,
                held_until=until,
                time_zone=their_zone,
            )
        return None

    def to_resource(self, held: Hold | None = None) -> WaitlistEntry:
        return WaitlistEntry(
            specialist_id=self.specialist_id,
            time_zone=self.time_zone,
            joined_at=self.joined_at,
            wishes=[Hours(**each) for each in self.wishes],
            held=None if held is None else held.to_resource(),
        )
