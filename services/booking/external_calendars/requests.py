"""How often a specialist has had calendars read at their request, whichever they are: who removes
one and adds it again has no more readings than others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.external_calendars import MOST_CALENDARS, ReadJustNow
from services.booking.base import Base
from services.booking.external_calendars.external_calendars import READ_AT_REQUEST_EVERY


class ReadingRequests(Base):
    """``number`` of them since a minute began."""

    __tablename__ = "external_reading_requests"

    specialist_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime | None] = mapped_column(default=None)
    number: Mapped[int] = mapped_column(default=0)

    def count(self, now: datetime) -> None:
        """One more; raises ``ReadJustNow`` after as many in a minute as there can be calendars."""
        if self.since is None or now >= self.since + READ_AT_REQUEST_EVERY:
            self.since, self.number = now, 0
        if self.number >= MOST_CALENDARS:
            raise ReadJustNow.after((self.since + READ_AT_REQUEST_EVERY - now).total_seconds())
        self.number += 1
