"""The SecondFactor: an authenticator's secret (TOTP, RFC 6238) and its recovery codes.

Codes are checked after the right password. Wrong codes in a row are throttled: from the third on a
pause follows, which doubles up to an hour; after a hundred the password must be reset (NIST SP
800-63B, 5.2.2). Wrong codes from networks where the account signed in lately are counted apart, so
that a stranger who knows the password can't lock the owner out there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.concurrency.backoff import backoff
from chassis.database.transaction import Transaction
from contracts.profiles.accounts import TooManyTries
from contracts.profiles.second_factors import (
    CodesExhausted,
    NoTotp,
    TotpConfirmed,
    WrongCode,
    WrongCodesEntered,
)
from services.profiles.base import Base

STEP_S = 30
DRIFT = 1
"""Steps by which the authenticator's clock may differ."""
SLOWED_FROM = 3
"""Wrong codes in a row before the first pause. The owner is notified of the last of these."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_WRONG_CODES = 100
"""Wrong codes in a row after which no code is checked."""


class SecondFactor(Base):
    """``last_step``: the last time step whose code was accepted; neither it nor an earlier one is
    accepted again (RFC 6238, 5.2). ``wrong_codes`` and ``wrong_codes_at``: the number of wrong
    codes in a row, and the time of the last; ``familiar_…``: those from networks where the account
    signed in lately."""

    __tablename__ = "second_factors"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[str]
    """The secret in Base32, sealed."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]
    recovery_hashes: Mapped[list[str]]
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")
    wrong_codes_at: Mapped[datetime | None] = mapped_column(default=None)
    familiar_wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")
    familiar_wrong_codes_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def pending(cls, account_id: UUID, sealed_secret: str) -> SecondFactor:
        return cls(
            account_id=account_id,
            secret=sealed_secret,
            confirmed_at=None,
            last_step=0,
            recovery_hashes=[],
            wrong_codes=0,
            wrong_codes_at=None,
            familiar_wrong_codes=0,
            familiar_wrong_codes_at=None,
        )

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None

    def require_pending(self) -> None:
        if self.confirmed:
            raise TotpConfirmed

    def require_confirmed(self) -> None:
        if not self.confirmed:
            raise NoTotp

    def begin_again(self, sealed_secret: str) -> None:
        """Replace the secret, while none is confirmed."""
        self.require_pending()
        self.secret = sealed_secret

    def confirm(self, code: str, secret: str, recovery_codes: Iterable[str], now: datetime) -> None:
        """Confirm the secret; raises ``WrongCode`` and ``TotpConfirmed``."""
        self.require_pending()
        if not self._takes(code, secret, now):
            raise WrongCode
        self.confirmed_at = now
        self.renew(recovery_codes)

    def renew(self, recovery_codes: Iterable[str]) -> None:
        """Replace all recovery codes."""
        self.recovery_hashes = [_hash_of(code) for code in recovery_codes]

    def use(self, code: str, secret: str, now: datetime) -> None:
        """Use up a code of either kind; raises ``WrongCode``."""
        if not self._takes(code, secret, now) and not self._takes_recovery(code):
            raise WrongCode

    def try_code(
        self, code: str, secret: str, familiar: bool, now: datetime
    ) -> tuple[bool, list[WrongCodesEntered]]:
        """Check a code of either kind, and use it up if it is right; returns whether it was, and
        the events.

        A right code ends the row of wrong ones of its kind of network. Raises ``TooManyTries``
        during a pause, and ``CodesExhausted`` after too many wrong ones. Neither checks or counts
        the code.
        """
        self._require_may_try(familiar, now)
        try:
            self.use(code, secret, now)
        except WrongCode:
            wrong = self._wrong(familiar)[0] + 1
            self._count(familiar, wrong, now)
            notify = wrong == SLOWED_FROM
            return False, [WrongCodesEntered(account_id=self.account_id)] if notify else []
        self._count(familiar, 0, None)
        return True, []

    def _require_may_try(self, familiar: bool, now: datetime) -> None:
        wrong, last = self._wrong(familiar)
        if wrong >= MOST_WRONG_CODES:
            raise CodesExhausted
        left = timedelta(0) if last is None else last + pause_after(wrong) - now
        if left > timedelta(0):
            raise TooManyTries.after(left.total_seconds())

    def _wrong(self, familiar: bool) -> tuple[int, datetime | None]:
        if familiar:
            return self.familiar_wrong_codes, self.familiar_wrong_codes_at
        return self.wrong_codes, self.wrong_codes_at

    def _count(self, familiar: bool, wrong: int, now: datetime | None) -> None:
        if familiar:
            self.familiar_wrong_codes, self.familiar_wrong_codes_at = wrong, now
        else:
            self.wrong_codes, self.wrong_codes_at = wrong, now

    def forgive(self) -> None:
        """Reset the counts, after the password was changed: an attacker does not know the new
        one."""
        self._count(True, 0, None)
        self._count(False, 0, None)

    def _takes(self, code: str, secret: str, now: datetime) -> bool:
        code = "".join(code.split())
        this_step = int(now.timestamp()) // STEP_S
        totp = pyotp.TOTP(secret, interval=STEP_S)
        for step in range(this_step - DRIFT, this_step + DRIFT + 1):
            right = hmac.compare_digest(totp.at(step * STEP_S).encode(), code.encode())
            if right and step > self.last_step:
                self.last_step = step
                return True
        return False

    def _takes_recovery(self, code: str) -> bool:
        used = _hash_of(code)
        if used not in self.recovery_hashes:
            return False
        self.recovery_hashes = [each for each in self.recovery_hashes if each != used]
        return True


def pause_after(wrong: int) -> timedelta:
    """The pause after so many wrong codes in a row."""
    if wrong < SLOWED_FROM:
        return timedelta(0)
    return backoff(wrong - SLOWED_FROM + 1, FIRST_PAUSE, LONGEST_PAUSE)


def forgive_wrong_codes(tx: Transaction, account_id: UUID) -> None:
    """Reset the counts of wrong codes, after the password was changed."""
    factor = tx.get(SecondFactor, account_id, with_for_update=True)
    if factor is not None:
        factor.forgive()


def drop_second_factor(tx: Transaction, account_id: UUID) -> None:
    """Remove the second factor without a code, for an owner who never set it up."""
    tx.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


def has_second_factor(session: Session, account_id: UUID) -> bool:
    found = session.get(SecondFactor, account_id)
    return found is not None and found.confirmed


def _hash_of(code: str) -> str:
    """The stored hash. A plain one is enough for 80 random bits."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
