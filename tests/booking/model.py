"""A simple model of what may become of consultations: lists, and rules as plain as they are told;
and of what is told about each step.

It shares nothing with the code that it is held against, but for the names of things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from contracts.booking.availability import Availability, Hours, Stretch
from contracts.booking.consultations import Attendance, ConsultationStatus, Party
from contracts.booking.outcomes import Wish

HALF_AN_HOUR = timedelta(minutes=30)
TWO_DAYS = timedelta(hours=48)
BOOKED, COMPLETED, CANCELLED, MISSED = ConsultationStatus
COUNTING = (BOOKED, COMPLETED, MISSED)
CLIENT, SPECIALIST = Party


@dataclass
class Meeting:
    """A consultation, as the model sees it."""

    client: UUID
    specialist: UUID
    start: datetime
    notice: timedelta
    placed_under: int
    status: ConsultationStatus = BOOKED
    missed_by: Party | None = None
    said: dict[Party, Attendance] = field(default_factory=dict)
    open_until: datetime | None = None
    corrected: bool = False
    wishes: dict[Party, Wish] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return self.start + HALF_AN_HOUR

    def can_change(self, by: Party, now: datetime) -> bool:
        early = by == SPECIALIST or now + self.notice <= self.start
        return self.status == BOOKED and now < self.start and early

    def can_say_attendance(self, by: Party, attendance: Attendance, now: datetime) -> bool:
        until = self.open_until or self.end + TWO_DAYS
        same = self.said.get(by) in (None, attendance)
        in_time = self.end <= now < until
        puts_it_right = not self.corrected and now <= until - timedelta(days=1)
        return self.status != CANCELLED and in_time and (same or puts_it_right)

    def say_attendance(self, by: Party, attendance: Attendance, now: datetime) -> None:
        if self.said.get(by) == attendance:
            return
        self.corrected = self.corrected or by in self.said
        self.said[by] = attendance
        if len(self.said) == 2:
            self.open_until = now
        elif self.open_until is None:
            self.open_until = now + TWO_DAYS
        blamed = {
            Attendance.HELD: None,
            Attendance.CLIENT_MISSED: CLIENT,
            Attendance.SPECIALIST_MISSED: SPECIALIST,
        }
        agreed = len(set(self.said.values())) == 1
        self.missed_by = blamed[attendance] if agreed else None
        self.status = MISSED if self.missed_by else COMPLETED

    def can_say_wish(self, by: Party, wish: Wish, now: datetime) -> bool:
        theirs = {
            CLIENT: (Wish.CONTINUE, Wish.TRY_ANOTHER, Wish.NOT_NOW),
            SPECIALIST: (Wish.GOOD_FIT, Wish.NOT_A_FIT),
        }
        if by in self.wishes:
            return self.wishes[by] == wish
        in_time = self.end <= now < self.end + timedelta(days=14)
        return wish in theirs[by] and in_time and self.status in (BOOKED, COMPLETED)

    def counts_as_theirs(self, now: datetime) -> bool:
        if self.status == MISSED:
            assert self.open_until is not None
            return self.missed_by == CLIENT or now < self.open_until
        return self.status in (BOOKED, COMPLETED)


@dataclass
class Model:
    now: datetime
    hours: dict[UUID, Availability] = field(default_factory=dict)
    openings: dict[UUID, int] = field(default_factory=dict)
    meetings: dict[UUID, Meeting] = field(default_factory=dict)
    next_told: dict[UUID, list[datetime]] = field(default_factory=dict)
    """Of whose calendar something was told already, what the next slots were then."""
    paused: set[UUID] = field(default_factory=set)

    def open(self, specialist: UUID, hours: Availability) -> list[str]:
        """What is told of the calendar, as ``review`` says."""
        self.hours[specialist] = hours
        self.openings[specialist] = self.openings.get(specialist, 0) + 1
        return self.review(specialist)

    def review(self, specialist: UUID) -> list[str]:
        """Which events tell that the calendar's next slots, or its budget, are others than those
        told before."""
        told = []
        next_slots = self.slots(specialist)[:3]
        if self.next_told.get(specialist) != next_slots:
            told.append("AvailabilityChanged")
        self.next_told[specialist] = next_slots
        spent = self._budget_is_spent(specialist)
        if spent != (specialist in self.paused):
            told.append("FreeConsultationsPaused" if spent else "FreeConsultationsResumed")
            self.paused ^= {specialist}
        return told

    def _budget_is_spent(self, specialist: UUID) -> bool:
        budget = self.hours[specialist].monthly_budget
        this_month = [
            each
            for each in self.of(specialist, *COUNTING)
            if month_of(each.start) == month_of(self.now)
        ]
        return budget is not None and len(this_month) >= budget

    def of(self, person: UUID, *statuses: ConsultationStatus) -> list[Meeting]:
        return [
            each
            for each in self.meetings.values()
            if person in (each.client, each.specialist) and each.status in statuses
        ]

    def of_all(self, *statuses: ConsultationStatus) -> list[Meeting]:
        return [each for each in self.meetings.values() if each.status in statuses]

    def slots(self, specialist: UUID) -> list[datetime]:
        """Hours less what is booked."""
        return [
            each for each in self._in_hours(specialist) if self._is_free(each, specialist, None)
        ]

    def _in_hours(self, specialist: UUID) -> Iterator[datetime]:
        hours = self.hours[specialist]
        if not hours.offers_free_consultations:
            return
        for days in range(hours.horizon_days + 1):
            day = (self.now + timedelta(days=days)).date()
            for stretch in self._stretches(hours, day):
                start = self._at(day, stretch.starts)
                while start + HALF_AN_HOUR <= self._at(day, stretch.ends):
                    yield start
                    start += timedelta(minutes=hours.grid_minutes)

    def _stretches(self, hours: Availability, day: date) -> Sequence[Stretch | Hours]:
        for override in hours.overrides:
            if override.day == day:
                return override.hours
        return [each for each in hours.hours if each.weekday == f"{day:%A}".lower()]

    def _at(self, day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), self.now.tzinfo)

    def _is_free(
        self, start: datetime, specialist: UUID, moving: Meeting | None, by: Party = CLIENT
    ) -> bool:
        hours = self.hours[specialist]
        others = [each for each in self.of(specialist, *COUNTING) if each is not moving]
        apart = HALF_AN_HOUR + timedelta(
            minutes=max(hours.buffer_before_minutes, hours.buffer_after_minutes)
        )
        notice = hours.minimum_notice_hours if by == CLIENT else 0
        soonest = self.now + timedelta(hours=notice)
        latest = self.now + timedelta(days=hours.horizon_days)
        return (
            soonest <= start < latest
            and all(abs(each.start - start) >= apart for each in others)
            and all(
                (moving is not None and part_of(moving.start) == part_of(start))
                or [part_of(each.start) for each in others].count(part_of(start)) < limit
                for limit, part_of in limits_of(hours)
            )
        )

    def can_book(self, client: UUID, specialist: UUID, start: datetime) -> bool:
        theirs = self.of(client, *ConsultationStatus)
        missed = [each.start for each in theirs if each.missed_by == CLIENT]
        paused = len(missed) > 1 and self.now < max(missed) + timedelta(days=30)
        met = any(
            each.specialist == specialist and each.counts_as_theirs(self.now) for each in theirs
        )
        few = len([each for each in self.of(client, BOOKED) if self.now < each.end]) < 3
        return (
            start in self.slots(specialist)
            and self.client_is_free(client, start)
            and few
            and not met
            and not paused
        )

    def client_is_free(self, client: UUID, start: datetime, beside: Meeting | None = None) -> bool:
        busy = [each for each in self.of(client, BOOKED, COMPLETED) if each is not beside]
        return all(abs(each.start - start) >= HALF_AN_HOUR for each in busy)

    def can_move(self, meeting: Meeting, by: Party, start: datetime) -> bool:
        return (
            meeting.can_change(by, self.now)
            and start != meeting.start
            and start in self._in_hours(meeting.specialist)
            and self._is_free(start, meeting.specialist, meeting, by)
            and self.client_is_free(meeting.client, start, beside=meeting)
        )

    def times_to_move_to(self, meeting: Meeting, by: Party) -> list[datetime]:
        in_hours = self._in_hours(meeting.specialist)
        return [each for each in in_hours if self.can_move(meeting, by, each)]

    def close_what_is_over(self) -> list[UUID]:
        """Which took place, as nobody said otherwise."""
        over = [
            id
            for id, each in self.meetings.items()
            if each.status == BOOKED and self.now >= each.end + TWO_DAYS
        ]
        for id in over:
            self.meetings[id].status = COMPLETED
        return over


def day_of(start: datetime) -> str:
    return f"{start:%Y-%m-%d}"


def week_of(start: datetime) -> str:
    return f"{start:%G week %V}"


def month_of(start: datetime) -> str:
    return f"{start:%Y-%m}"


def limits_of(hours: Availability) -> list[tuple[int, Callable[[datetime], str]]]:
    """How many there may be at most of those that have the same of each."""
    limits = [
        (hours.most_per_day, day_of),
        (hours.most_per_week, week_of),
        (hours.monthly_budget, month_of),
    ]
    return [(limit, part_of) for limit, part_of in limits if limit is not None]
