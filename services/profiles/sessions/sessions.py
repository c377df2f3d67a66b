"""The Session: somebody signed in on one device, and renews that with tokens that work once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.profiles.sessions import BadRefreshToken, OpenSession, RefreshTokenReused
from services.profiles.base import Base

IDLE = timedelta(days=30)


class Session(Base):
    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None]
    agent: Mapped[str | None]

    @classmethod
    def begin(
        cls, account_id: UUID, address: str | None, agent: str | None, now: datetime
    ) -> Session:
        return cls(
            id=new_id(),
            account_id=account_id,
            made_at=now,
            last_used_at=now,
            ended_at=None,
            address=address,
            agent=agent,
        )

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.last_used_at + IDLE

    def refresh(
        self, token: RefreshToken, address: str | None, agent: str | None, now: datetime
    ) -> None:
        """Use the token up; raises ``BadRefreshToken`` where the session has ended, and
        ``RefreshTokenReused`` where somebody used the token before: it was stolen, or the one
        that followed it was."""
        if not self.is_open(now):
            raise BadRefreshToken
        if token.used_at is not None:
            raise RefreshTokenReused
        token.used_at = self.last_used_at = now
        self.address, self.agent = address, agent

    def end(self, now: datetime) -> None:
        """Ending it again changes nothing."""
        self.ended_at = self.ended_at or now

    def require_of(self, account_id: UUID) -> None:
        """The sessions of others do not exist."""
        if self.account_id != account_id:
            raise NotFound(f"there is no session {self.id}")

    def to_resource(self, current: UUID | None) -> OpenSession:
        return OpenSession(
            id=self.id,
            made_at=self.made_at,
            last_used_at=self.last_used_at,
            address=self.address,
            agent=self.agent,
            current=self.id == current,
        )


class RefreshToken(Base):
    """Kept as its hash: it is random enough that nobody finds it from that."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    @classmethod
    def of(cls, secret: str, session_id: UUID, now: datetime) -> RefreshToken:
        return cls(hash=hash_of(secret), session_id=session_id, issued_at=now, used_at=None)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
