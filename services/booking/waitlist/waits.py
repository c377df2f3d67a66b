"""The Wait: a client waits for a time with a specialist who has none."""

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

AT_ONCE = 10
HELD_FOR = timedelta(hours=2)
WORTH_ASKING = timedelta(minutes=30)
"""Nobody is asked who would have less time than that to answer."""
DAY_BEGINS, LAST_ASKED = time(8), time(19)
"""Between 8 and 21 h where they live: nobody is woken, nor loses a time while they sleep."""


class Wait(Base):
    __tablename__ = "waits"
    __table_args__ = (UniqueConstraint("client_id", "specialist_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID] = mapped_column(index=True)
    client_id: Mapped[UUID]
    time_zone: Mapped[str]
    wishes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    joined_at: Mapped[datetime]
    since: Mapped[datetime]
    """Whoever lets a time go by that was held for them waits anew."""

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
        """``others``: how many they wait for already. Raises what stands against it."""
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
        if any(wait.fits(free, bookings)):
            raise SlotsFree
        if others >= AT_ONCE:
            raise TooManyWaits(f"You wait for {others} specialists, the limit is {AT_ONCE}.")
        calendar.wait_for_times(now)
        return wait

    def wish(self, time_zone: str, wishes: Collection[Hours]) -> None:
        """Take on when they could come; raises ``UnknownTimeZone`` and ``BadHours``."""
        self.time_zone = zone_of(time_zone).key
        require_valid_week(wishes, "wishes")
        self.wishes = [asdict(each) for each in wishes]

    def fits(
        self, free: Iterable[datetime], bookings: Collection[ClientBooking]
    ) -> Iterator[datetime]:
        """Those of the free times at which they could come."""
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
        """The first of the free times that they can take and were not asked about before.
        ``their_zone``: the specialist's."""
        mine = [each for each in holds if each.client_id == self.client_id]
        if any(each.stands(now) for each in mine):
            return None
        before = {each.starts_at for each in mine}
        for starts_at in self.fits(free, bookings):
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
