"""Revoked access tokens: refused by every gateway within two seconds, though they have not expired.

Each gateway gets every revocation by broadcast, and keeps it until the last token that it concerns
has expired. After a gap in the broadcast, and when it starts, it asks profiles for all current ones
before it accepts a token again. While it can't ask, it accepts no token: 503.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from nameko.extensions import SharedExtension

from chassis.concurrency.futures import Future
from chassis.errors import Unauthenticated, Unavailable
from chassis.events import Event
from chassis.messaging.broadcast import Broadcast
from chassis.rpc.requester import Requester
from contracts.profiles.sessions import (
    CLOCKS_DIFFER,
    TOKEN_LIFETIME,
    Revocation,
    SessionsEnded,
)
from contracts.rpc.profiles import Profiles

CAN_NOT_TELL = "We can't check your sign-in at the moment. Please try again in a minute."
REMEMBERED_S = (TOKEN_LIFETIME + CLOCKS_DIFFER).total_seconds()


class BadToken(Unauthenticated):
    """This access token is invalid: it is malformed, has expired, or is not from here. Please
    refresh it, or log in again."""

    code = "bad_token"


class TokenRevoked(BadToken):
    """This access token is no longer valid. Please refresh it, or log in again."""

    code = "token_revoked"


class Revoked:
    """Recent revocations, by session and by account. Each is dropped when the last token that it
    concerns has expired, so there are as many as were made within some minutes."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sessions: dict[UUID, float] = {}
        """When each was received; the oldest first."""
        self._accounts: dict[UUID, tuple[float, float]] = {}
        """When each was received, and before which time of issue its tokens are void."""

    def __len__(self) -> int:
        return len(self._sessions) + len(self._accounts)

    def add(self, account_id: UUID, session_ids: Iterable[UUID], before: float | None) -> None:
        """Adding a revocation again only extends how long it is kept."""
        now = self._now()
        for session_id in session_ids:
            self._sessions.pop(session_id, None)
            self._sessions[session_id] = now
        if before is not None:
            _, earlier = self._accounts.pop(account_id, (now, before))
            self._accounts[account_id] = (now, max(earlier, before))
        self._forget(now - REMEMBERED_S)

    def _forget(self, heard_before: float) -> None:
        while self._sessions and next(iter(self._sessions.values())) < heard_before:
            del self._sessions[next(iter(self._sessions))]
        while self._accounts and next(iter(self._accounts.values()))[0] < heard_before:
            del self._accounts[next(iter(self._accounts))]

    def covers(self, account_id: UUID, session_id: UUID | None, issued_at: float) -> bool:
        """Whether a token is void; ``issued_at`` in seconds since the epoch."""
        if session_id in self._sessions:
            return True
        heard = self._accounts.get(account_id)
        return heard is not None and issued_at <= heard[1]


class RevocationList(SharedExtension):
    """The revocations that this process knows."""

    broadcast = Broadcast()
    requester = Requester()

    def __init__(self) -> None:
        super().__init__()
        self.revoked = Revoked()
        self._gaps = 1
        """How often events may have been missed; once before the first one."""
        self._caught_up = 0
        """After how many of these gaps profiles has been asked."""
        self._asking: Future[None] | None = None

    def setup(self) -> None:
        self.broadcast.listen([SessionsEnded], self._heard, self._missed)

    def require_valid(self, account_id: UUID, session_id: UUID | None, issued_at: float) -> None:
        """Raises ``TokenRevoked``, or ``Unavailable`` where this can't be checked now."""
        while True:
            if not self.broadcast.connected:
                raise Unavailable(CAN_NOT_TELL)
            if self._caught_up == self._gaps:
                break
            self._catch_up()
        if self.revoked.covers(account_id, session_id, issued_at):
            raise TokenRevoked

    def _catch_up(self) -> None:
        """Ask profiles, once for all waiting requests. A gap that opens meanwhile needs another
        round."""
        if self._asking is not None:
            self._asking.result()
            return
        gaps, self._asking = self._gaps, Future()
        error: Exception | None = Unavailable(CAN_NOT_TELL)
        try:
            for each in Profiles(self.requester).list_revocations().load().items:
                self._add(each)
            self._caught_up, error = gaps, None
        except Exception as failure:
            error = failure
            raise
        finally:
            asking, self._asking = self._asking, None
            if error is None:
                asking.set_result(None)
            else:
                asking.set_exception(error)

    def _heard(self, event: Event) -> None:
        assert isinstance(event, SessionsEnded)
        self._add(event)

    def _add(self, said: SessionsEnded | Revocation) -> None:
        before = None if said.before is None else said.before.timestamp()
        self.revoked.add(said.account_id, said.session_ids, before)

    def _missed(self) -> None:
        self._gaps += 1

    def get_dependency(self, worker_ctx: Any) -> RevocationList:
        return self
