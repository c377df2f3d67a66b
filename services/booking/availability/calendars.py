"""The Calendar: a specialist's availability, and what may still be booked in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import DomainError
from contracts.booking.availability import (
    Availability,
    AvailabilityChanged,
    FreeConsultationsPaused,
    FreeConsultationsResumed,
)
from contracts.booking.consultations import (
    BudgetSpent,
    DayFull,
    InThePast,
    NoFreeConsultations,
    NotListed,
    SlotNotOffered,
    SlotTaken,
    SpecialistBusy,
    TooFar,
    TooSoon,
)
from contracts.booking.waitlist import SlotReleased
from services.booking.availability.limits import Engagements
from services.booking.availability.opening_hours import SLOT
from services.booking.availability.terms import Terms
from services.booking.base import Base
from services.booking.slots.free_times import FreeTimes
from services.booking.slots.taken import Blocked, Interval, Taken

CalendarEvent = AvailabilityChanged | FreeConsultationsPaused | FreeConsultationsResumed

LOOK_AT_THE_HORIZON_EVERY = timedelta(hours=1)
COUNTED_BACK = timedelta(days=33)
"""Further back than any month or week begins that a slot of now may count in."""


class Calendar(Terms, Base):
    """One for each specialist, under the specialist's id; locked by whoever books in it.

    ``taken``, where methods ask for it: when the specialist's consultations start that count, the
    booked ones and, since ``COUNTED_BACK``, those that took place; and what they have elsewhere.
    ``revision`` grows with every change of what is free.
    """

    __tablename__ = "calendars"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=False)
    listing_version: Mapped[int] = mapped_column(default=0)
    paused: Mapped[bool] = mapped_column(default=False)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    review_at: Mapped[datetime | None] = mapped_column(default=None, index=True)

    def open(
        self, availability: Availability, taken: Collection[datetime], now: datetime
    ) -> list[CalendarEvent]:
        """Take on new hours; raises ``BadHours``."""
        offered_before = self.offers_free_consultations
        self.set_terms(availability, now)
        return self.review(taken, now, changed=offered_before != self.offers_free_consultations)

    def learn_listing(self, listed: bool, version: int) -> None:
        """Take on what profiles says, unless something newer is known."""
        if version > self.listing_version:
            self.listing_version = version
            self.listed = listed
            self.outdate()

    def free_times(self, taken: Collection[datetime], now: datetime) -> FreeTimes:
        """All that can be booked from now on, until something changes."""
        free: Iterator[datetime] = iter(())
        true_until = now + LOOK_AT_THE_HORIZON_EVERY
        if isinstance(taken, Taken) and taken.until is not None:
            true_until = min(true_until, taken.until)
        if self.listed and self.offers_free_consultations:
            free = self._free(self.earliest(now), self.latest(true_until), taken, now)
        return FreeTimes(
            starts=tuple(free),
            true_from=now,
            true_until=true_until,
            day_of=self.opening_hours.day_of,
            notice=timedelta(hours=self.minimum_notice_hours),
            horizon=timedelta(days=self.horizon_days),
            cancellation_notice_hours=self.cancellation_notice_hours,
        )

    def require_bookable(
        self,
        starts_at: datetime,
        taken: Collection[datetime],
        now: datetime,
        moved_from: datetime | None = None,
        by_specialist: bool = False,
    ) -> None:
        """Raises the refusal that stands against booking this time, or moving there what was
        ``moved_from`` another: it counts already in the limits of its old day, week and month. The
        specialist's minimum notice is for others: it does not bind themselves."""
        if not self.listed:
            raise NotListed
        if not self.offers_free_consultations:
            raise NoFreeConsultations
        if starts_at < now:
            raise InThePast(f"{starts_at.isoformat()} has passed")
        if starts_at < self.earliest(now) and not by_specialist:
            raise TooSoon(
                f"{starts_at.isoformat()} is too close to be booked: "
                f"the notice is {self.minimum_notice_hours} hours"
            )
        if starts_at >= self.latest(now):
            raise TooFar(f"slots are offered {self.horizon_days} days ahead")
        if not any(self.opening_hours.slots(starts_at, starts_at + timedelta(microseconds=1))):
            raise SlotNotOffered
        if self._around(taken).holds(starts_at):
            raise SlotTaken
        if self._elsewhere(taken).holds(starts_at):
            raise SpecialistBusy
        self._require_within_limits(starts_at, taken, now, moved_from)

    def released(
        self, starts_at: datetime, taken: Collection[datetime], now: datetime
    ) -> list[SlotReleased]:
        """The event where a time that was booked can be booked again."""
        try:
            self.require_bookable(starts_at, taken, now)
        except DomainError:
            return []
        return [SlotReleased(specialist_id=self.specialist_id, starts_at=starts_at)]

    def _require_within_limits(
        self,
        starts_at: datetime,
        taken: Collection[datetime],
        now: datetime,
        moved_from: datetime | None,
    ) -> None:
        hours = self.opening_hours
        old_day = None if moved_from is None else hours.day_of(moved_from)
        engagements = Engagements(taken, hours.day_of, self.limits, old_day)
        day = hours.day_of(starts_at)
        if engagements.budget_is_spent(day, hours.day_of(now)):
            raise BudgetSpent
        if engagements.day_is_full(day):
            raise DayFull

    def review(
        self, taken: Collection[datetime], now: datetime, changed: bool = False
    ) -> list[CalendarEvent]:
        """Look up the next free slot again; the event where it, or ``changed``, is news, and
        where the month's budget came to be spent, or opened again. What is held for somebody is
        no news: it may come to nothing, and nobody is told twice for that.

        Whoever changes what is free does this in the same transaction."""
        self.outdate()
        booked = taken.booked if isinstance(taken, Taken) else taken
        events: list[CalendarEvent] = list(self._pause_or_resume(booked, now))
        next_slot_at = self.next_free(booked, now)
        self.review_at = self._stays_true_until(next_slot_at, now)
        if next_slot_at == self.next_slot_at and not changed:
            return events
        self.next_slot_at = next_slot_at
        return [
            *events,
            AvailabilityChanged(
                specialist_id=self.specialist_id,
                version=self.next_version(),
                offers_free_consultations=self.offers_free_consultations,
                next_slot_at=next_slot_at,
            ),
        ]

    def next_free(self, taken: Collection[datetime], now: datetime) -> datetime | None:
        """The first time that is free, whoever may see it."""
        return next(self._free(self.earliest(now), self.latest(now), taken, now), None)

    def _pause_or_resume(
        self, taken: Collection[datetime], now: datetime
    ) -> Iterator[CalendarEvent]:
        """A specialist whose budget of this month is spent, as far as it is open, is told so."""
        hours = self.opening_hours
        today = hours.day_of(now)
        spent = Engagements(taken, hours.day_of, self.limits).budget_is_spent(today, today)
        if spent == self.paused:
            return
        self.paused = spent
        kind = FreeConsultationsPaused if spent else FreeConsultationsResumed
        yield kind(specialist_id=self.specialist_id, version=self.next_version())

    def _stays_true_until(self, next_slot_at: datetime | None, now: datetime) -> datetime:
        """Until the slot is too close; where there is none, one may come over the horizon; and
        with each day a part of the budget may open."""
        if next_slot_at is None:
            return now + LOOK_AT_THE_HORIZON_EVERY
        passes = next_slot_at - timedelta(hours=self.minimum_notice_hours)
        return min(passes, self.opening_hours.day_ends(now)) if self.limits.any else passes

    def _free(
        self, earliest: datetime, latest: datetime, taken: Collection[datetime], now: datetime
    ) -> Iterator[datetime]:
        if earliest >= latest:
            return
        hours, around, elsewhere = self.opening_hours, self._around(taken), self._elsewhere(taken)
        engagements, today = Engagements(taken, hours.day_of, self.limits), hours.day_of(now)
        for day, starts in hours.days_of_slots(earliest, latest):
            if not (engagements.day_is_full(day) or engagements.budget_is_spent(day, today)):
                yield from elsewhere.less(around.less(starts))

    def _around(self, taken: Collection[datetime]) -> Blocked:
        """Slots start so far from consultations that each keeps its buffers."""
        minutes = max(self.buffer_before_minutes, self.buffer_after_minutes)
        apart = SLOT + timedelta(minutes=minutes)
        return Blocked(Interval(each - apart, each + apart) for each in taken)

    def _elsewhere(self, taken: Collection[datetime]) -> Blocked:
        """Slots leave room before and after themselves between what is elsewhere."""
        before = timedelta(minutes=self.buffer_before_minutes)
        until_free = SLOT + timedelta(minutes=self.buffer_after_minutes)
        busy = taken.busy if isinstance(taken, Taken) else ()
        return Blocked(
            Interval(each.starts_at - until_free, each.ends_at + before) for each in busy
        )

    def outdate(self) -> None:
        """What is free is something else now: slots that somebody keeps are true for one revision
        alone."""
        self.revision += 1

    def next_version(self) -> int:
        """For the next event about the specialist."""
        self.version += 1
        return self.version
