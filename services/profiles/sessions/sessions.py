"""The Session: a log-in on one device, renewed by refresh tokens.

A refresh token works once. It may come again for a moment, since two tabs of a browser refresh at
once and answers get lost: within ``GRACE`` of its first use it gets the same answer. Later it
counts as stolen, and ends the session.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import NotFound
from chassis.ids import new_id
from contracts.profiles.sessions import BadRefreshToken, OpenSession, RefreshTokenReused
from services.profiles.base import Base

IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
"""The longest life of a session, however often it is used."""
GRACE = timedelta(seconds=30)
NO_SESSION = "You have no such session."


class Session(Base):
    """``second_factor``: a code was shown in it. Access tokens are issued at ``made_at`` and at
    each ``last_used_at``."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None]
    agent: Mapped[str | None]
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    @classmethod
    def begin(
        cls,
        account_id: UUID,
        address: str | None,
        agent: str | None,
        now: datetime,
        second_factor: bool = False,
    ) -> Session:
        return cls(
            id=new_id(),
            account_id=account_id,
            made_at=now,
            last_used_at=now,
            ended_at=None,
            address=address,
            agent=agent,
            second_factor=second_factor,
        )

    def is_open(self, now: datetime) -> bool:
        lasts = now < self.last_used_at + IDLE and now < self.made_at + LONGEST
        return self.ended_at is None and lasts

    def refresh(
        self, token: RefreshToken, address: str | None, agent: str | None, now: datetime
    ) -> str | None:
        """Use the token up; or, where it comes again within ``GRACE``, return the sealed answer to
        its first use.

        Raises ``BadRefreshToken`` where the session has ended, and ``RefreshTokenReused`` where the
        token comes later: it or its successor was stolen.
        """
        if not self.is_open(now):
            raise BadRefreshToken
        if token.used_at is not None:
            return token.answer_again(now)
        token.used_at = self.last_used_at = now
        self.address, self.agent = address, agent
        return None

    def end(self, now: datetime) -> None:
        """End the session; idempotent."""
        self.ended_at = self.ended_at or now

    def require_of(self, account_id: UUID) -> None:
        """Raises ``NotFound`` for a session of another account."""
        if self.account_id != account_id:
            raise NotFound(NO_SESSION)

    def to_resource(self, current: UUID | None) -> OpenSession:
        return OpenSession(
            id=self.id,
            made_at=self.made_at,
            last_used_at=self.last_used_at,
            address=self.address,
            agent=self.agent,
            current=self.id == current,
        )


ANSWERED = text("answer IS NOT NULL")


class RefreshToken(Base):
    """A refresh token, stored as a hash. A plain one is enough for a random token.

    ``answer``: the sealed tokens it was exchanged for, kept for ``GRACE``.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index(
            "ix_refresh_tokens_answered",
            "used_at",
            postgresql_where=ANSWERED,
            sqlite_where=ANSWERED,
        ),
    )

    hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def of(cls, secret: str, session_id: UUID, now: datetime) -> RefreshToken:
        return cls(
            hash=hash_of(secret), session_id=session_id, issued_at=now, used_at=None, answer=None
        )

    def answer_again(self, now: datetime) -> str:
        """The answer to its first use; raises ``RefreshTokenReused`` after ``GRACE``. On a host
        whose clock is behind, the first use may be in the future."""
        assert self.used_at is not None
        if self.answer is None or now >= self.used_at + GRACE:
            raise RefreshTokenReused
        return self.answer


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
