"""The ExternalCalendar: where a specialist's external calendar is, and how reading it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.booking import external_calendars as contract
from contracts.booking.consultations import NoFreeConsultations, NotListed
from contracts.booking.external_calendars import (
    MOST_CALENDARS,
    MOST_EXAMPLES,
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
    ExternalCalendarState,
    PassedOver,
    ReadJustNow,
    TooManyCalendars,
)
from services.booking.availability.calendars import Calendar
from services.booking.base import Base

READ_EVERY = timedelta(minutes=15)
READ_FAILING_EVERY = timedelta(hours=1)
READ_WHOLE_EVERY = timedelta(hours=12)
"""Though it stayed the same: new days come within what is looked at."""
READ_AT_REQUEST_EVERY = timedelta(minutes=1)
PATIENCE = 4
"""So often in a row an address may not answer before its owner hears of it: about an hour."""
LONGEST_MARK = 200

NOT_LISTED = (
    "It is read once your profile is listed. You can have it read now, to see that it works."
)
NOT_OFFERED = (
    "It is read once you offer free first consultations. You can have it read now, to see that it "
    "works."
)
SOON = "It has not been read yet. That happens within a minute."

ReadingEvent = ExternalCalendarFailed | ExternalCalendarReadInPart | ExternalCalendarRecovered


class Marks(NamedTuple):
    """What a server marks its answer with, for it to be asked whether that still holds. They mean
    something to the URL alone that answered, which redirects may change."""

    url: str
    etag: str
    last_modified: str


class Findings(NamedTuple):
    """How much of a calendar could not be read, and some of that."""

    passed_over: int
    examples: Sequence[PassedOver]


class ExternalCalendar(Base):
    """``address`` is kept as it was sealed. ``told``: the owner knows that it fails. ``begun_at``:
    when the reading began that was written down last."""

    __tablename__ = "external_calendars"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID] = mapped_column(index=True)
    label: Mapped[str | None] = mapped_column(default=None)
    address: Mapped[str]
    host: Mapped[str]
    marked_by: Mapped[str] = mapped_column(default="")
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime] = mapped_column(index=True)
    begun_at: Mapped[datetime | None] = mapped_column(default=None)
    requested_at: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    read_whole_at: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(default=None)
    detail: Mapped[str | None] = mapped_column(default=None)
    told: Mapped[bool] = mapped_column(default=False)
    passed_over: Mapped[int] = mapped_column(default=0)
    passed_over_examples: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    @classmethod
    def add(
        cls,
        specialist_id: UUID,
        sealed_address: str,
        host: str,
        label: str | None,
        others: int,
        now: datetime,
    ) -> ExternalCalendar:
        """``others``: how many the specialist has. Raises ``TooManyCalendars``."""
        if others >= MOST_CALENDARS:
            raise TooManyCalendars
        calendar = cls(id=new_id(), specialist_id=specialist_id, label=label)
        calendar.point_at(sealed_address, host, now)
        return calendar

    def require_of(self, specialist_id: UUID) -> None:
        """Raises ``NotFound`` where it is another's."""
        if self.specialist_id != specialist_id:
            raise NotFound("You have no such external calendar.")

    def point_at(self, sealed_address: str, host: str, now: datetime) -> None:
        """Read this one from now on, and soon. What the one before blocks stays until then: nobody
        is booked twice while the new one is not known."""
        self.address, self.host = sealed_address, host
        self.marked_by = self.etag = self.last_modified = ""
        self.due_at, self.begun_at = now, None
        self.read_at = self.read_whole_at = None
        self.failures, self.problem, self.detail, self.told = 0, None, None, False
        self.passed_over, self.passed_over_examples = 0, []

    def read_anew(self, now: datetime) -> None:
        """All of it and soon, whether or not it has changed."""
        self.due_at, self.read_whole_at = now, None

    def request_reading(self, now: datetime) -> None:
        """Its owner wants it read at once; raises ``ReadJustNow``."""
        if self.requested_at is not None:
            left = self.requested_at + READ_AT_REQUEST_EVERY - now
            if left > timedelta(0):
                raise ReadJustNow.after(left.total_seconds())
        self.requested_at = now

    def conditions(self, url: str, now: datetime) -> dict[str, str]:
        """Headers that ask this URL for it only if it has changed."""
        if self.marked_by != _digest(url):
            return {}
        if self.read_whole_at is None or now >= self.read_whole_at + READ_WHOLE_EVERY:
            return {}
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}

    def was_read(
        self, marks: Marks, found: Findings, calendar: Calendar, now: datetime, pace: float
    ) -> list[ReadingEvent]:
        """All of it. ``pace`` about 1 spreads calendars over time."""
        self.marked_by = _digest(marks.url)
        self.etag, self.last_modified = _sent_back(marks.etag), _sent_back(marks.last_modified)
        self.read_whole_at = now
        is_news = found.passed_over > 0 and self.passed_over == 0
        self.passed_over = found.passed_over
        self.passed_over_examples = [asdict(each) for each in found.examples[:MOST_EXAMPLES]]
        events = self.was_the_same(calendar, now, pace)
        if is_news:
            events.append(
                ExternalCalendarReadInPart(**self._told_of(calendar), passed_over=found.passed_over)
            )
        return events

    def was_the_same(self, calendar: Calendar, now: datetime, pace: float) -> list[ReadingEvent]:
        """As when it was last read."""
        self.read_at, self.due_at = now, now + READ_EVERY * pace
        self.failures, self.problem, self.detail = 0, None, None
        if not self.told:
            return []
        self.told = False
        return [ExternalCalendarRecovered(**self._told_of(calendar))]

    def failed(
        self,
        problem: str,
        detail: str,
        passing: bool,
        calendar: Calendar,
        now: datetime,
        pace: float,
    ) -> list[ReadingEvent]:
        """It could not be read; ``passing``: that may pass by itself, so its owner hears of it
        only when it lasts. They hear of it once."""
        self.failures += 1
        self.problem, self.detail = problem, detail
        self.marked_by = self.etag = self.last_modified = ""
        lasts = not passing or self.failures >= PATIENCE
        self.due_at = now + (READ_FAILING_EVERY if lasts else READ_EVERY) * pace
        if self.told or not lasts:
            return []
        self.told = True
        return [ExternalCalendarFailed(**self._told_of(calendar), problem=problem)]

    def to_resource(self, busy_times: int, calendar: Calendar | None) -> contract.ExternalCalendar:
        """As its owner sees it, whose ``calendar`` is the one here."""
        state = self._state()
        problem, detail = self.problem, self.detail
        if state == ExternalCalendarState.WAITING:
            problem, detail = _waits_for(calendar)
        return contract.ExternalCalendar(
            id=self.id,
            label=self.label,
            host=self.host,
            state=state,
            problem=problem,
            detail=detail,
            read_at=self.read_at,
            busy_times=busy_times,
            passed_over=self.passed_over,
            passed_over_examples=[PassedOver(**each) for each in self.passed_over_examples],
        )

    def _state(self) -> ExternalCalendarState:
        if self.problem is not None:
            return ExternalCalendarState.FAILING
        if self.read_at is None:
            return ExternalCalendarState.WAITING
        return ExternalCalendarState.WORKING

    def _told_of(self, calendar: Calendar) -> dict[str, Any]:
        """What each event says; the specialist's calendar here numbers it."""
        return {
            "specialist_id": self.specialist_id,
            "version": calendar.next_version(),
            "calendar_id": self.id,
            "name": self.label or self.host,
        }


def _waits_for(calendar: Calendar | None) -> tuple[str | None, str]:
    if calendar is None or not calendar.listed:
        return NotListed.code, NOT_LISTED
    if not calendar.offers_free_consultations:
        return NoFreeConsultations.code, NOT_OFFERED
    return None, SOON


def _digest(url: str) -> str:
    """What a URL is recognised by: the URL itself is secret."""
    return sha256(url.encode()).hexdigest()


def _sent_back(mark: str) -> str:
    """What a server marks its answer with, where it can be sent as it came."""
    return mark if len(mark) <= LONGEST_MARK and mark.isascii() and mark.isprintable() else ""
