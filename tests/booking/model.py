"""A simple model of what may become of consultations: lists, and rules as plain as they are told.

It shares nothing with the code that it is held against, but for the names of things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from contracts.booking import (
    Attendance,
    Availability,
    ConsultationStatus,
    Party,
    Wish,
)

HALF_AN_HOUR = timedelta(minutes=30)
TWO_DAYS = timedelta(hours=48)
BOOKED, COMPLETED, CANCELLED, MISSED = ConsultationStatus
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

    def open(self, specialist: UUID, hours: Availability) -> None:
        self.hours[specialist] = hours
        self.openings[specialist] = self.openings.get(specialist, 0) + 1

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
            for stretch in hours.hours:
                if stretch.weekday != f"{day:%A}".lower():
                    continue
                start = self._at(day, stretch.starts)
                while start + HALF_AN_HOUR <= self._at(day, stretch.ends):
                    yield start
                    start += timedelta(minutes=hours.grid_minutes)

    def _at(self, day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), self.now.tzinfo)

    def _is_free(
        self, start: datetime, specialist: UUID, moving: Meeting | None, by: Party = CLIENT
    ) -> bool:
        hours = self.hours[specialist]
        others = [
            each for each in self.of(specialist, BOOKED, COMPLETED, MISSED) if each is not moving
        ]
        apart = HALF_AN_HOUR + timedelta(
            minutes=max(hours.buffer_before_minutes, hours.buffer_after_minutes)
        )
        notice = hours.minimum_notice_hours if by == CLIENT else 0
        soonest = self.now + timedelta(hours=notice)
        latest = self.now + timedelta(days=hours.horizon_days)
        same_day = [each for each in others if each.start.date() == start.date()]
        same_month = [each for each in others if f"{each.start:%Y%m}" == f"{start:%Y%m}"]
        stays_in_day = moving is not None and moving.start.date() == start.date()
        stays_in_month = moving is not None and f"{moving.start:%Y%m}" == f"{start:%Y%m}"
        return (
            soonest <= start < latest
            and all(abs(each.start - start) >= apart for each in others)
            and (hours.most_per_day is None or stays_in_day or len(same_day) < hours.most_per_day)
            and (
                hours.monthly_budget is None
                or stays_in_month
                or len(same_month) < hours.monthly_budget
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

    def close_what_is_over(self) -> None:
        for each in self.meetings.values():
            if each.status == BOOKED and self.now >= each.end + TWO_DAYS:
                each.status = COMPLETED
