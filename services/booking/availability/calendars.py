"""The Calendar: a specialist's availability, and what may still be booked in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import DomainError
from contracts.booking.availability import (
    Availability,
    AvailabilityChanged,
    DateOverride,
    FreeConsultationsPaused,
    FreeConsultationsResumed,
    Hours,
    Stay,
    Stretch,
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
from services.booking.availability.limits import Engagements, Limits
from services.booking.availability.opening_hours import SLOT, OpeningHours
from services.booking.availability.sensible import require_sensible
from services.booking.base import Base
from services.booking.slots.free_times import FreeTimes
from services.booking.slots.taken import Blocked, Interval, Taken

CalendarEvent = AvailabilityChanged | FreeConsultationsPaused | FreeConsultationsResumed

LOOK_AT_THE_HORIZON_EVERY = timedelta(hours=1)
COUNTED_BACK = timedelta(days=33)
"""Further back than any month or week begins that a slot of now may count in."""
PLAIN = (
    "offers_free_consultations",
    "time_zone",
    "grid_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_hours",
    "horizon_days",
    "most_per_day",
    "most_per_week",
    "monthly_budget",
    "paced",
    "cancellation_notice_hours",
    "in_person_address",
)


class Calendar(Base):
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
    offers_free_consultations: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    overrides: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    stays: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    grid_minutes: Mapped[int] = mapped_column(default=30)
    buffer_before_minutes: Mapped[int] = mapped_column(default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(default=0)
    minimum_notice_hours: Mapped[int] = mapped_column(default=12)
    horizon_days: Mapped[int] = mapped_column(default=60)
    most_per_day: Mapped[int | None] = mapped_column(default=None)
    most_per_week: Mapped[int | None] = mapped_column(default=None)
    monthly_budget: Mapped[int | None] = mapped_column(default=None)
    paced: Mapped[bool] = mapped_column(default=True)
    paused: Mapped[bool] = mapped_column(default=False)
    cancellation_notice_hours: Mapped[int] = mapped_column(default=12)
    in_person_address: Mapped[str | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    """When these hours were set: what was booked since keeps to their limits."""
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    review_at: Mapped[datetime | None] = mapped_column(default=None, index=True)

    def open(
        self, availability: Availability, taken: Collection[datetime], now: datetime
    ) -> list[CalendarEvent]:
        """Take on new hours; raises ``BadHours``."""
        require_sensible(availability)
        offered_before = self.offers_free_consultations
        self.opened_at = now
        for name in PLAIN:
            setattr(self, name, getattr(availability, name))
        self.hours = [asdict(each) for each in availability.hours]
        self.overrides = [
            {**asdict(each), "day": each.day.isoformat()} for each in availability.overrides
        ]
        self.stays = [
            {
                "first_day": each.first_day.isoformat(),
                "last_day": each.last_day.isoformat(),
                "time_zone": each.time_zone,
            }
            for each in availability.stays
        ]
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
            free = self._free(self._earliest(now), self._latest(true_until), taken, now)
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
        if starts_at < self._earliest(now) and not by_specialist:
            raise TooSoon(
                f"{starts_at.isoformat()} is too close to be booked: "
                f"the notice is {self.minimum_notice_hours} hours"
            )
        if starts_at >= self._latest(now):
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
        return next(self._free(self._earliest(now), self._latest(now), taken, now), None)

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

    @property
    def opening_hours(self) -> OpeningHours:
        return OpeningHours(
            time_zone=self.time_zone,
            hours=tuple(Hours(**each) for each in self.hours),
            overrides=tuple(_override(each) for each in self.overrides),
            stays=tuple(_stay(each) for each in self.stays),
            grid_minutes=self.grid_minutes,
        )

    @property
    def limits(self) -> Limits:
        return Limits(self.most_per_day, self.most_per_week, self.monthly_budget, self.paced)

    def _earliest(self, now: datetime) -> datetime:
        return now + timedelta(hours=self.minimum_notice_hours)

    def _latest(self, now: datetime) -> datetime:
        return now + timedelta(days=self.horizon_days)

    def outdate(self) -> None:
        """What is free is something else now: slots that somebody keeps are true for one revision
        alone."""
        self.revision += 1

    def next_version(self) -> int:
        """For the next event about the specialist."""
        self.version += 1
        return self.version

    def to_resource(self) -> Availability:
        hours = self.opening_hours
        return Availability(
            hours=list(hours.hours),
            overrides=list(hours.overrides),
            stays=list(hours.stays),
            **{name: getattr(self, name) for name in PLAIN},
        )


def _override(kept: dict[str, Any]) -> DateOverride:
    return DateOverride(
        day=date.fromisoformat(kept["day"]), hours=[Stretch(**each) for each in kept["hours"]]
    )


def _stay(kept: dict[str, Any]) -> Stay:
    return Stay(
        first_day=date.fromisoformat(kept["first_day"]),
        last_day=date.fromisoformat(kept["last_day"]),
        time_zone=kept["time_zone"],
    )
