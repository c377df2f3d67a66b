"""The SecondFactor: an authenticator's secret (TOTP, RFC 6238), and codes for when it is lost."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.profiles.second_factors import NoTotp, TotpConfirmed, WrongCode
from services.profiles.base import Base

STEP_S = 30
DRIFT = 1
"""Steps that the authenticator's clock may be ahead or behind."""


class SecondFactor(Base):
    """``last_step``: the last time step whose code was accepted; none is accepted twice, nor one
    before it (RFC 6238, 5.2)."""

    __tablename__ = "second_factors"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[str]
    """Base32, sealed."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]
    recovery_hashes: Mapped[list[str]]

    @classmethod
    def pending(cls, account_id: UUID, sealed_secret: str) -> SecondFactor:
        return cls(
            account_id=account_id,
            secret=sealed_secret,
            confirmed_at=None,
            last_step=0,
            recovery_hashes=[],
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
        """Another secret, while none is confirmed."""
        self.require_pending()
        self.secret = sealed_secret

    def confirm(self, code: str, secret: str, recovery_codes: Iterable[str], now: datetime) -> None:
        """Take effect; raises ``WrongCode`` and ``TotpConfirmed``."""
        self.require_pending()
        if not self._takes(code, secret, now):
            raise WrongCode
        self.confirmed_at = now
        self.renew(recovery_codes)

    def renew(self, recovery_codes: Iterable[str]) -> None:
        """From now on these recovery codes, and no others."""
        self.recovery_hashes = [_hash_of(code) for code in recovery_codes]

    def use(self, code: str, secret: str, now: datetime) -> None:
        """Accept a code of either kind, once; raises ``WrongCode``."""
        if not self._takes(code, secret, now) and not self._takes_recovery(code):
            raise WrongCode

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


def has_second_factor(session: Session, account_id: UUID) -> bool:
    found = session.get(SecondFactor, account_id)
    return found is not None and found.confirmed


def _hash_of(code: str) -> str:
    """A recovery code has 80 random bits: nobody finds it from a plain hash."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
