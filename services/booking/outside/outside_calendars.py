"""The OutsideCalendar: where a specialist's calendar elsewhere is, and how reading it goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking import outside as contract
from contracts.booking.outside import (
    OutsideCalendarBroken,
    OutsideCalendarState,
    OutsideCalendarWorks,
)
from services.booking.availability.calendars import Calendar
from services.booking.base import Base

READ_EVERY = timedelta(minutes=15)
READ_BROKEN_EVERY = timedelta(hours=1)
READ_WHOLE_EVERY = timedelta(hours=12)
"""Though it stayed the same: new days come within what is looked at."""
PATIENCE = 4
"""So often in a row an address may not answer before its owner hears of it: about an hour."""
LONGEST_MARK = 200


class OutsideCalendar(Base):
    """``address`` is kept as it was sealed. ``told``: the owner knows that it is broken."""

    __tablename__ = "outside_calendars"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(default="")
    host: Mapped[str] = mapped_column(default="")
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    read_whole_at: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(default=None)
    detail: Mapped[str | None] = mapped_column(default=None)
    told: Mapped[bool] = mapped_column(default=False)

    def point_at(self, sealed_address: str, host: str, now: datetime) -> None:
        """Read this one from now on, and soon. What the one before blocks stays until then: nobody
        is booked twice while the new one is not known."""
        self.address, self.host = sealed_address, host
        self.etag = self.last_modified = ""
        self.due_at, self.read_at, self.read_whole_at = now, None, None
        self.failures, self.problem, self.detail, self.told = 0, None, None, False

    def read_anew(self, now: datetime) -> None:
        """All of it and soon, whether or not it has changed."""
        self.due_at, self.read_whole_at = now, None

    def conditions(self, now: datetime) -> dict[str, str]:
        """Headers that ask for it only if it has changed."""
        if self.read_whole_at is None or now >= self.read_whole_at + READ_WHOLE_EVERY:
            return {}
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}

    def was_read(
        self, etag: str, last_modified: str, calendar: Calendar, now: datetime, pace: float
    ) -> OutsideCalendarWorks | None:
        """All of it. ``pace`` about 1 spreads calendars over time."""
        self.etag, self.last_modified = _sent_back(etag), _sent_back(last_modified)
        self.read_whole_at = now
        return self.was_the_same(calendar, now, pace)

    def was_the_same(
        self, calendar: Calendar, now: datetime, pace: float
    ) -> OutsideCalendarWorks | None:
        """As when it was last read."""
        self.read_at, self.due_at = now, now + READ_EVERY * pace
        self.failures, self.problem, self.detail = 0, None, None
        if not self.told:
            return None
        self.told = False
        return OutsideCalendarWorks(
            specialist_id=self.specialist_id, version=calendar.next_version()
        )

    def failed(
        self,
        problem: str,
        detail: str,
        passing: bool,
        calendar: Calendar,
        now: datetime,
        pace: float,
    ) -> OutsideCalendarBroken | None:
        """It could not be read; ``passing``: that may pass by itself, so its owner hears of it
        only when it lasts. They hear of it once."""
        self.failures += 1
        self.problem, self.detail = problem, detail
        self.etag = self.last_modified = ""
        broken = not passing or self.failures >= PATIENCE
        self.due_at = now + (READ_BROKEN_EVERY if broken else READ_EVERY) * pace
        if self.told or not broken:
            return None
        self.told = True
        return OutsideCalendarBroken(
            specialist_id=self.specialist_id, version=calendar.next_version(), problem=problem
        )

    def to_resource(self, busy_times: int) -> contract.OutsideCalendar:
        return contract.OutsideCalendar(
            host=self.host,
            state=self._state(),
            problem=self.problem,
            detail=self.detail,
            read_at=self.read_at,
            busy_times=busy_times,
        )

    def _state(self) -> OutsideCalendarState:
        if self.problem is not None:
            return OutsideCalendarState.BROKEN
        if self.read_at is None:
            return OutsideCalendarState.WAITING
        return OutsideCalendarState.WORKING


def _sent_back(mark: str) -> str:
    """What a server marks its answer with, where it can be sent as it came."""
    return mark if len(mark) <= LONGEST_MARK and mark.isascii() and mark.isprintable() else ""
