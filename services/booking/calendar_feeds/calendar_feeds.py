"""The CalendarFeed: a private address at which calendars find one person's consultations."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from contracts.booking.feeds import OpenFeed
from services.booking.base import Base

TOKEN_BYTES = 32


class CalendarFeed(Base):
    """Whoever knows the token may read it; the token itself is not kept here. Sealed, it stays
    for some days in ``replies``, for a repetition of the call that asked for it.

    ``discreet``: null follows the account's preference."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index("uq_calendar_feeds_digest", "digest", unique=True),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str | None] = mapped_column(default=None)
    discreet: Mapped[bool | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    """With its present token; none where that is from before it was written down."""

    def open(self, token: str, discreet: bool | None, now: datetime) -> None:
        """From now on it is found under this token, and under no earlier one."""
        self.digest = digest_of(token)
        self.discreet = discreet
        self.opened_at = now

    def to_resource(self) -> OpenFeed:
        return OpenFeed(opened_at=self.opened_at, discreet=self.discreet)


def new_token() -> str:
    """Nobody guesses it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """A token has so many random bits that a plain hash hides it."""
    return hashlib.sha256(token.encode()).hexdigest()
