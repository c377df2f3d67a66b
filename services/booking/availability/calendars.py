"""The Calendar: a specialist's availability, and the next slots that were announced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import DomainError, FieldError
from contracts.booking.availability import (
    Availability,
    AvailabilityChanged,
    FreeConsultationsPaused,
    FreeConsultationsResumed,
    NoPlace,
)
from contracts.booking.consultations import NoFreeConsultations, NotListed
from contracts.booking.waitlist import SlotReleased
from contracts.profiles.right_to_practise import Standing
from services.booking.availability.bookable import Bookable
from services.booking.availability.busy import Blocked, Busy, Interval
from services.booking.availability.free_times import FreeTimes
from services.booking.availability.limits import SpecialistLoad
from services.booking.availability.opening_hours import SLOT
from services.booking.availability.right_to_practise import IN_DOUBT, RightToPractise
from services.booking.availability.settings import AvailabilitySettings
from services.booking.base import Base

CalendarEvent = AvailabilityChanged | FreeConsultationsPaused | FreeConsultationsResumed

NO_CALENDAR = "There is no specialist here whom you can book."

NEXT_SLOTS = 3
"""How many next slots are announced."""
LOOK_AT_THE_HORIZON_EVERY = timedelta(hours=1)
COUNTED_BACK = timedelta(days=33)
"""Longer than a month and a week, so that all consultations count that limits apply to."""
LONGEST_BUFFER = timedelta(hours=2)
"""The longest time that a specialist can keep free around a consultation or another event."""

NO_PLACE = "in_person_address IS NULL AND sealed_meeting_link IS NULL"


WAITED_FOR = text("offered_at IS NOT NULL")


class Calendar(AvailabilitySettings, RightToPractise, Base):
    """One for each specialist, under the specialist's id. Each booking locks it.

    ``busy``, which many methods take, has the consultations since ``matters_since``. ``revision``
    grows with every change of what is free: it is the key of cached slots.
    """

    __tablename__ = "calendars"
    __table_args__ = (
        Index(
            "ix_calendars_to_review",
            "review_at",
            postgresql_where=text("offers_free_consultations IS TRUE"),
            sqlite_where=text("offers_free_consultations IS 1"),
        ),
        Index(
            "ix_calendars_offered",
            "specialist_id",
            postgresql_where=WAITED_FOR,
            sqlite_where=WAITED_FOR,
        ),
        Index(
            "ix_calendars_without_place",
            "specialist_id",
            postgresql_where=text(f"offers_free_consultations IS TRUE AND {NO_PLACE}"),
            sqlite_where=text(f"offers_free_consultations IS 1 AND {NO_PLACE}"),
        ),
        Index(
            "ix_calendars_in_doubt",
            "specialist_id",
            postgresql_where=IN_DOUBT,
            sqlite_where=IN_DOUBT,
        ),
    )

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=False)
    listing_version: Mapped[int] = mapped_column(default=0)
    paused: Mapped[bool] = mapped_column(default=False)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    next_slots: Mapped[list[str]] = mapped_column(default=list)
    """The first free slots, as last announced."""
    offered_at: Mapped[datetime | None] = mapped_column(default=None)
    """The time up to which slots that open by themselves, by the horizon or by a budget, were
    offered to clients who wait. Later ones are not shown yet. ``None`` where no client waits."""
    review_at: Mapped[datetime | None] = mapped_column(default=None)

    def open(self, availability: Availability, busy: Busy, now: datetime) -> list[CalendarEvent]:
        """Set new hours. Raises ``BadHours``."""
        offered_before = self.offers_free_consultations
        self.change_settings(availability, now)
        return self.review(busy, now, changed=offered_before != self.offers_free_consultations)

    def require_place(self, makes_rooms: bool, needed: bool) -> None:
        """Raises ``NoPlace`` where consultations would have no place. ``needed``: booked ones
        rely on the calendar's place."""
        if self.has_place or makes_rooms or not (needed or self.offers_free_consultations):
            return
        missing = "Must be given, or in_person_address, where this platform makes no rooms."
        raise NoPlace(errors=[FieldError("meeting_link", missing)])

    def stop_without_place(self, busy: Busy, now: datetime) -> list[CalendarEvent]:
        """Stop offering consultations where the platform makes no rooms and there is no place."""
        if self.has_place or not self.offers_free_consultations:
            return []
        self.offers_free_consultations = False
        return self.review(busy, now, changed=True)

    def learn_listing(self, listed: bool, version: int) -> None:
        """Apply a listing from profiles, unless a newer one is known. A listed specialist has the
        right to practise."""
        took_bookings = self.takes_bookings
        if listed:
            self.learn_standing(Standing.GOOD, version, None)
        if version > self.listing_version:
            self.listing_version, self.listed = version, listed
        if self.takes_bookings != took_bookings:
            self.bump_revision()

    def learn_right(self, standing: Standing, version: int, now: datetime) -> bool:
        """Apply whether the specialist may practise. Returns whether that is news. A specialist who
        may not is unlisted, even if an older listing arrives later."""
        is_news = self.learn_standing(standing, version, now)
        if is_news and not standing.may_practise:
            self.learn_listing(False, version)
        return is_news

    def matters_since(self, now: datetime) -> datetime:
        """The earliest start of consultations that matter for what is free from now on: of those
        that count in limits, or else of those that end so late that a buffer follows."""
        return now - (COUNTED_BACK if self.limits.any else SLOT + LONGEST_BUFFER)

    @property
    def takes_bookings(self) -> bool:
        """Whether new bookings are accepted. Without the right to practise, none can be moved
        either."""
        return self.listed and self.may_practise

    def free_times(self, busy: Busy, now: datetime) -> FreeTimes:
        """All bookable times from now on, until something changes."""
        free: Iterator[datetime] = iter(())
        true_until = now + LOOK_AT_THE_HORIZON_EVERY
        if self.takes_bookings and self.offers_free_consultations:
            free = self._bookable(busy, now, latest=self.latest(true_until)).starts()
        return FreeTimes(
            starts=tuple(free),
            true_from=now,
            true_until=true_until,
            shown_as_of=self.offered_at,
            day_of=self.opening_hours.day_of,
            notice=timedelta(hours=self.minimum_notice_hours),
            horizon=timedelta(days=self.horizon_days),
            cancellation_notice_hours=self.cancellation_notice_hours,
            time_zone=self.time_zone,
            in_person=self.in_person_address is not None,
        )

    def bookable(
        self,
        busy: Busy,
        now: datetime,
        moved_from: datetime | None = None,
        by_specialist: bool = False,
    ) -> Bookable:
        """The times that can be booked, or moved to from ``moved_from``.

        A moved consultation already counts in the limits of its old day, week and month. The
        minimum notice does not bind the specialist themselves. Raises the refusal that holds for
        all times.
        """
        if not (self.may_practise if moved_from else self.takes_bookings):
            raise NotListed
        if not self.offers_free_consultations:
            raise NoFreeConsultations
        earliest = now if by_specialist else None
        return self._bookable(busy, now, moved_from, earliest)

    def require_bookable(
        self,
        starts_at: datetime,
        busy: Busy,
        now: datetime,
    ) -> None:
        """Raises the refusal that holds for booking this time."""
        self.bookable(busy, now).require(starts_at)

    def released(self, starts_at: datetime, busy: Busy, now: datetime) -> list[SlotReleased]:
        """The event of a time that was booked and can be booked again."""
        try:
            self.require_bookable(starts_at, busy, now)
        except DomainError:
            return []
        return [SlotReleased(specialist_id=self.specialist_id, starts_at=starts_at)]

    # Slots that open by themselves, as the horizon moves on or a budget opens

    @property
    def is_waited_for(self) -> bool:
        """Whether clients wait for the specialist, or did when times were last offered."""
        return self.offered_at is not None

    def shown_as_of(self, now: datetime) -> datetime:
        """The time up to which slots that open by themselves are shown to all clients."""
        return now if self.offered_at is None else min(self.offered_at, now)

    def start_offering(self, now: datetime) -> None:
        """A client waits: from now on, slots that open are offered before they are shown."""
        if self.offered_at is None:
            self.offered_at = now

    def show_opened_slots(self, waited_for: bool, now: datetime) -> bool:
        """Show the slots that have opened. Returns whether any may have opened."""
        opens = self._may_have_opened(now)
        if not waited_for:
            self.offered_at = None
        elif opens or self.offered_at is None:
            self.offered_at = now
        return opens

    def _may_have_opened(self, now: datetime) -> bool:
        """Whether slots may have opened since the last were offered."""
        before, hours = self.shown_as_of(now), self.opening_hours
        budget_may_open = self.monthly_budget is not None and self.paced
        return any(hours.slots(self.latest(before), self.latest(now))) or (
            budget_may_open and hours.day_of(before) != hours.day_of(now)
        )

    def review(self, busy: Busy, now: datetime, changed: bool = False) -> list[CalendarEvent]:
        """Work out the next slots again. Returns an event where they have changed, or where
        ``changed`` says so, and one where the month's budget is used up or open again.

        Call it in the same transaction as each change of what is free. Holds are left out: they
        may come to nothing, and would announce each slot twice.
        """
        self.bump_revision()
        booked = busy.without_holds()
        events: list[CalendarEvent] = list(self._pause_or_resume(booked, now))
        next_slots = self.next_free(booked, now)
        self.review_at = self._stays_true_until(next_slots, now)
        if next_slots == self.announced_slots and not changed:
            return events
        self.next_slot_at = next(iter(next_slots), None)
        self.next_slots = [each.isoformat() for each in next_slots]
        return [
            *events,
            AvailabilityChanged(
                specialist_id=self.specialist_id,
                version=self.next_version(),
                offers_free_consultations=self.offers_free_consultations,
                next_slots=next_slots,
            ),
        ]

    @property
    def announced_slots(self) -> list[datetime]:
        """The next slots, as last announced."""
        return [datetime.fromisoformat(each) for each in self.next_slots or ()]

    def next_free(self, busy: Busy, now: datetime) -> list[datetime]:
        """The first free times, whether or not clients see them yet."""
        return list(islice(self._bookable(busy, now).starts(), NEXT_SLOTS))

    def _pause_or_resume(self, busy: Busy, now: datetime) -> Iterator[CalendarEvent]:
        """The event where the open part of this month's budget is used up, or open again."""
        hours = self.opening_hours
        today = hours.day_of(now)
        spent = SpecialistLoad(busy.starts, hours.day_of, self.limits).budget_is_spent(today, today)
        if spent == self.paused:
            return
        self.paused = spent
        kind = FreeConsultationsPaused if spent else FreeConsultationsResumed
        yield kind(specialist_id=self.specialist_id, version=self.next_version())

    def _stays_true_until(self, next_slots: Sequence[datetime], now: datetime) -> datetime:
        """When to review next: when the first slot falls within the notice; within an hour where
        there are few, as the horizon may bring one; at the end of the day where limits apply, as
        a part of the budget may open."""
        until = now + LOOK_AT_THE_HORIZON_EVERY
        if next_slots:
            passes = next_slots[0] - timedelta(hours=self.minimum_notice_hours)
            until = passes if len(next_slots) == NEXT_SLOTS else min(passes, until)
        return min(until, self.opening_hours.day_ends(now)) if self.limits.any else until

    def _bookable(
        self,
        busy: Busy,
        now: datetime,
        moved_from: datetime | None = None,
        earliest: datetime | None = None,
        latest: datetime | None = None,
    ) -> Bookable:
        hours, shown_as_of = self.opening_hours, self.shown_as_of(now)
        old_day = None if moved_from is None else hours.day_of(moved_from)
        return Bookable(
            hours=hours,
            now=now,
            notice_hours=self.minimum_notice_hours,
            horizon_days=self.horizon_days,
            earliest=earliest or self.earliest(now),
            latest=latest or self.latest(shown_as_of),
            around=self._around(busy),
            elsewhere=self._elsewhere(busy),
            load=SpecialistLoad(busy.starts, hours.day_of, self.limits, old_day),
            today=hours.day_of(shown_as_of),
        )

    def _around(self, busy: Busy) -> Blocked:
        """Blocked around consultations and holds, so that each keeps its buffers."""
        minutes = max(self.buffer_before_minutes, self.buffer_after_minutes)
        apart = SLOT + timedelta(minutes=minutes)
        return Blocked(Interval(each - apart, each + apart) for each in busy.starts)

    def _elsewhere(self, busy: Busy) -> Blocked:
        """Blocked by external calendars, with the slot's buffers before and after."""
        before = timedelta(minutes=self.buffer_before_minutes)
        until_free = SLOT + timedelta(minutes=self.buffer_after_minutes)
        return Blocked(
            Interval(each.starts_at - until_free, each.ends_at + before) for each in busy.elsewhere
        )

    def bump_revision(self) -> None:
        """Bump the revision after a change of what is free: cached slots become stale."""
        self.revision += 1

    def next_version(self) -> int:
        """The version of the next event about the specialist."""
        self.version += 1
        return self.version
