"""The ExternalCalendar: the address of a specialist's external calendar, and its readings.

Its states, ``ExternalCalendarState``:

    add, or a new address ─▶ WAITING ─┬─ read ──▶ WORKING
                                      └─ fails ─▶ FAILING

Each later reading leads to WORKING or FAILING. A failure that may pass is announced after
``PATIENCE`` readings in a row, others at once.
"""

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

NO_SUCH_CALENDAR = "You have no such external calendar. It may have been removed."
READ_EVERY = timedelta(minutes=15)
READ_FAILING_EVERY = timedelta(hours=1)
READ_WHOLE_EVERY = timedelta(hours=12)
"""Although the file has not changed: the period that is read moves on."""
READ_AT_REQUEST_EVERY = timedelta(minutes=1)
PATIENCE = 4
"""Failures in a row before the owner is notified that an address does not answer: about an hour."""
LONGEST_VALIDATOR = 200

NOT_LISTED = (
    "It is read once your profile is listed. You can have it read now, to see that it works."
)
NOT_OFFERED = (
    "It is read once you offer free first consultations. You can have it read now, to see that it "
    "works."
)
SOON = "It has not been read yet. That happens within a minute."

ReadingEvent = ExternalCalendarFailed | ExternalCalendarReadInPart | ExternalCalendarRecovered


class Validators(NamedTuple):
    """The cache validators of an answer. They belong to the URL that answered, after redirects."""

    url: str
    etag: str
    last_modified: str


class UnreadableEntries(NamedTuple):
    """How many entries of a calendar could not be read, and some of them."""

    passed_over: int
    examples: Sequence[PassedOver]


class ExternalCalendar(Base):
    """``address`` is encrypted. ``told``: the owner was notified that it fails. ``begun_at``: the
    begin of the last reading that was stored. ``marked_by``: the digest of the URL that ``etag``
    and ``last_modified`` belong to."""

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
        """``others``: how many calendars the specialist has. Raises ``TooManyCalendars``."""
        if others >= MOST_CALENDARS:
            raise TooManyCalendars
        calendar = cls(id=new_id(), specialist_id=specialist_id, label=label)
        calendar.set_address(sealed_address, host, now)
        return calendar

    def require_of(self, specialist_id: UUID) -> None:
        """Raises ``NotFound`` where it belongs to another specialist."""
        if self.specialist_id != specialist_id:
            raise NotFound(NO_SUCH_CALENDAR)

    def set_address(self, sealed_address: str, host: str, now: datetime) -> None:
        """Set the address, and read it soon. The busy times of the old address stay until then, so
        that no slot opens by mistake."""
        self.address, self.host = sealed_address, host
        self.marked_by = self.etag = self.last_modified = ""
        self.due_at, self.begun_at = now, None
        self.read_at = self.read_whole_at = None
        self.failures, self.problem, self.detail, self.told = 0, None, None, False
        self.passed_over, self.passed_over_examples = 0, []

    def read_anew(self, now: datetime) -> None:
        """Read all of it soon, whether or not it has changed."""
        self.due_at, self.read_whole_at = now, None

    def request_reading(self, now: datetime) -> None:
        """Note that the owner wants it read at once. Raises ``ReadJustNow``."""
        if self.requested_at is not None:
            left = self.requested_at + READ_AT_REQUEST_EVERY - now
            if left > timedelta(0):
                raise ReadJustNow.after(left.total_seconds())
        self.requested_at = now

    def conditions(self, url: str, now: datetime) -> dict[str, str]:
        """Headers of a conditional request to this URL, if it sent the last answer."""
        if self.marked_by != _digest(url):
            return {}
        if self.read_whole_at is None or now >= self.read_whole_at + READ_WHOLE_EVERY:
            return {}
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}

    def was_read(
        self,
        validators: Validators,
        found: UnreadableEntries,
        calendar: Calendar,
        now: datetime,
        pace: float,
    ) -> list[ReadingEvent]:
        """Record a whole reading. ``pace``, about 1, spreads readings over time."""
        self.marked_by = _digest(validators.url)
        self.etag, self.last_modified = (
            _repeatable(validators.etag),
            _repeatable(validators.last_modified),
        )
        self.read_whole_at = now
        is_news = found.passed_over > 0 and self.passed_over == 0
        self.passed_over = found.passed_over
        self.passed_over_examples = [asdict(each) for each in found.examples[:MOST_EXAMPLES]]
        events = self.was_the_same(calendar, now, pace)
        if is_news:
            events.append(
                ExternalCalendarReadInPart(
                    **self._event_fields(calendar), passed_over=found.passed_over
                )
            )
        return events

    def was_the_same(self, calendar: Calendar, now: datetime, pace: float) -> list[ReadingEvent]:
        """Record that it has not changed since the last reading."""
        self.read_at, self.due_at = now, now + READ_EVERY * pace
        self.failures, self.problem, self.detail = 0, None, None
        if not self.told:
            return []
        self.told = False
        return [ExternalCalendarRecovered(**self._event_fields(calendar))]

    def failed(
        self,
        problem: str,
        detail: str,
        passing: bool,
        calendar: Calendar,
        now: datetime,
        pace: float,
    ) -> list[ReadingEvent]:
        """Record a failed reading. ``passing``: it may pass by itself, so the owner is notified
        only after ``PATIENCE`` failures. They are notified once."""
        self.failures += 1
        self.problem, self.detail = problem, detail
        self.marked_by = self.etag = self.last_modified = ""
        lasts = not passing or self.failures >= PATIENCE
        self.due_at = now + (READ_FAILING_EVERY if lasts else READ_EVERY) * pace
        if self.told or not lasts:
            return []
        self.told = True
        return [ExternalCalendarFailed(**self._event_fields(calendar), problem=problem)]

    def to_resource(self, busy_times: int, calendar: Calendar | None) -> contract.ExternalCalendar:
        """As its owner sees it. ``calendar``: the owner's calendar on this platform."""
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

    def _event_fields(self, calendar: Calendar) -> dict[str, Any]:
        """The fields that all of its events share. The specialist's calendar gives the version."""
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
    """A digest to recognise a URL by: the URL itself is secret."""
    return sha256(url.encode()).hexdigest()


def _repeatable(validator: str) -> str:
    """The validator, if it can be sent back unchanged; else empty."""
    usable = validator.isascii() and validator.isprintable()
    return validator if usable and len(validator) <= LONGEST_VALIDATOR else ""
