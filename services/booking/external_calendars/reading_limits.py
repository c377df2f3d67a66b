"""Rate limit of readings at a specialist's request, for all of their calendars together.

It is kept by specialist, so that removing and adding a calendar again gives no more readings.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.external_calendars import MOST_CALENDARS, ReadJustNow
from services.booking.base import Base
from services.booking.external_calendars.external_calendars import READ_AT_REQUEST_EVERY


class ReadingRequests(Base):
    """The number of requested readings since ``since``, within one minute."""

    __tablename__ = "external_reading_requests"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime | None] = mapped_column(default=None)
    number: Mapped[int] = mapped_column(default=0)

    def count(self, now: datetime) -> None:
        """Count one more. Raises ``ReadJustNow`` after ``MOST_CALENDARS`` in one minute."""
        if self.since is None or now >= self.since + READ_AT_REQUEST_EVERY:
            self.since, self.number = now, 0
        if self.number >= MOST_CALENDARS:
            raise ReadJustNow.after((self.since + READ_AT_REQUEST_EVERY - now).total_seconds())
        self.number += 1
