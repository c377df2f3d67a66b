"""The CalendarFeed: a private address at which calendars find an account's consultations."""

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
    """The token gives access; only its digest is stored. The encrypted answer in ``replies`` has
    the token for some days, for a repeated call.

    ``discreet``: null follows the account's preference."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index("uq_calendar_feeds_digest", "digest", unique=True),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str | None] = mapped_column(default=None)
    discreet: Mapped[bool | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the present token was made; ``None`` for tokens from before this was recorded."""

    def open(self, token: str, discreet: bool | None, now: datetime) -> None:
        """Replace the token: earlier ones stop working."""
        self.digest = digest_of(token)
        self.discreet = discreet
        self.opened_at = now

    def to_resource(self) -> OpenFeed:
        return OpenFeed(opened_at=self.opened_at, discreet=self.discreet)


def new_token() -> str:
    """A new token with 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """A plain hash is enough: the token has too many random bits to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
