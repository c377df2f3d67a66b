"""Rate limits of guesses and of other costly attempts.

Attempts for an account are counted three ways: from one network, from everywhere, and from one
network for all accounts. A network from which the account signed in lately is limited by its own
attempts alone, so that a stranger elsewhere can't lock the owner out. Unknown accounts are counted
like known ones, so a refusal reveals nothing.

``FIRSTSTEP_LIMITS`` says where attempts are counted. While Redis is unreachable, each process
counts by itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from nameko.extensions import DependencyProvider

from chassis.networks import subnet_of
from contracts.inputs.addresses import mailbox_of
from contracts.profiles.accounts import TooManyTries

REDIS_TIMEOUT_S = 1.0

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class AttemptLimits:
    """The limits of one kind of attempt; ``None``: no limit."""

    name: str
    of_account_from_place: RateLimitItem | None
    of_account: RateLimitItem | None
    from_place: RateLimitItem | None


PASSWORD = AttemptLimits(
    "password",
    RateLimitItemPerMinute(5, 5),
    RateLimitItemPerMinute(20, 10),
    RateLimitItemPerMinute(100, 10),
)
"""Only wrong passwords count."""
SESSION = AttemptLimits("session", RateLimitItemPerHour(20), RateLimitItemPerHour(60), None)
"""Right passwords count, too: each costs a hash and a session."""
CODE = AttemptLimits("code", RateLimitItemPerMinute(5, 5), RateLimitItemPerMinute(10, 10), None)
"""Every code counts, before it is checked. ``SecondFactor`` slows wrong ones further."""
SIGN_UP = AttemptLimits("sign-up", None, None, RateLimitItemPerHour(30))
RESEND = AttemptLimits(
    "resend", RateLimitItemPerMinute(3, 15), None, RateLimitItemPerMinute(50, 10)
)
RESET = AttemptLimits("reset", RateLimitItemPerMinute(3, 15), None, RateLimitItemPerMinute(50, 10))
CHANGE_OF_EMAIL = AttemptLimits("change of e-mail", None, RateLimitItemPerHour(5), None)
MAIL = AttemptLimits("mail", None, RateLimitItemPerHour(5), None)
"""Mails with links, by mailbox: any visitor can cause them for any address."""
PHOTO = AttemptLimits("photo", None, RateLimitItemPerHour(20), None)
"""Uploads, before they are decoded; refused ones count."""
DOCUMENT = AttemptLimits("document", None, RateLimitItemPerHour(20), None)
"""Uploads of a licence's document, counted apart from photos."""
ENTRY = AttemptLimits("audit entry", None, RateLimitItemPerHour(30), None)


class GuessLimits(DependencyProvider):
    """The provider that counts attempts."""

    def setup(self) -> None:
        self.use(self.container.config.get("LIMITS") or "memory://")

    def use(self, storage: str) -> None:
        """Count in this storage: ``redis://…``, or ``memory://`` for this process alone."""
        own = storage_from_string("memory://")
        self._own = self._shared = MovingWindowRateLimiter(own)
        if not storage.startswith("memory"):
            shared = storage_from_string(
                storage,
                wrap_exceptions=True,
                socket_timeout=REDIS_TIMEOUT_S,
                socket_connect_timeout=REDIS_TIMEOUT_S,
            )
            self._shared = MovingWindowRateLimiter(shared)

    def get_dependency(self, worker_ctx: Any) -> GuessLimits:
        return self

    def of(
        self, kind: AttemptLimits, whose: object, address: str | None, familiar: bool = False
    ) -> Attempt:
        """An attempt for an account, given as e-mail address or id. ``familiar``: it signed in from
        this network lately."""
        account = hashlib.sha256(str(whose).encode()).hexdigest()
        place = subnet_of(address)
        counts: list[tuple[RateLimitItem | None, tuple[str, ...]]] = [
            (kind.of_account_from_place, (kind.name, account, place or "")),
            (None if familiar else kind.of_account, (kind.name, account)),
            (kind.from_place if place else None, (kind.name, "from", place or "")),
        ]
        limits = [(limit, key) for limit, key in counts if limit is not None]
        return Attempt(self, limits, (kind.name, account, place))

    def may_mail(self, email: str) -> bool:
        """Whether this mailbox may get another mail of the kinds that any visitor can cause; counts
        it."""
        return self.of(MAIL, mailbox_of(email), None).try_count()

    def query(self, question: Callable[..., T], limit: RateLimitItem, key: tuple[str, ...]) -> T:
        try:
            return question(self._shared, limit, *key)
        except StorageError as error:
            log.warning("rate_limit_storage_unreachable", error=str(error))
            return question(self._own, limit, *key)


@dataclass(frozen=True)
class Attempt:
    """One attempt, and the limits it counts against.

    ``whose``: the kind of attempt, the account and the network.
    """

    _limiter: GuessLimits
    _limits: list[tuple[RateLimitItem, tuple[str, ...]]]
    whose: tuple[str, str, str | None]

    def require_allowed(self) -> None:
        """Raises ``TooManyTries`` where a limit is reached; counts nothing."""
        for limit, key in self._limits:
            if not self._limiter.query(MovingWindowRateLimiter.test, limit, key):
                raise self._refusal(limit, key)

    def count(self) -> None:
        """Count the attempt; raises ``TooManyTries`` where it exceeds a limit."""
        for limit, key in self._limits:
            if not self._limiter.query(MovingWindowRateLimiter.hit, limit, key):
                raise self._refusal(limit, key)

    def try_count(self) -> bool:
        """Count the attempt; false where it exceeds a limit."""
        try:
            self.count()
        except TooManyTries:
            return False
        return True

    def count_failure(self) -> None:
        """Count the attempt as a failure."""
        for limit, key in self._limits:
            self._limiter.query(MovingWindowRateLimiter.hit, limit, key)

    def _refusal(self, limit: RateLimitItem, key: tuple[str, ...]) -> TooManyTries:
        stats = self._limiter.query(MovingWindowRateLimiter.get_window_stats, limit, key)
        return TooManyTries.after(stats.reset_time - time.time())
