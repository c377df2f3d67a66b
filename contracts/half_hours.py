"""The half hour that is held for a sign-up, as booking, profiles and notifications exchange it.

A sign-up has a secret, which its browser keeps. Booking holds a slot under the secret's hash, and
profiles stores the same hash with the sign-up, so that a link opened on another device leads to the
slot as well. Neither service asks the other.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length

SECRET_BYTES = 32
LENGTH_OF_A_SECRET = 43
"""Characters of ``SECRET_BYTES`` in base64."""

SignUpSecret = Annotated[str, Length(LENGTH_OF_A_SECRET, 200)]


@dataclass(frozen=True, kw_only=True)
class HeldHalfHour:
    """Where and when a half hour is held for a sign-up."""

    specialist_id: UUID
    starts_at: datetime
    held_until: datetime
    time_zone: Annotated[str, Doc("The specialist's IANA time zone.")]

    def alone(self) -> HeldHalfHour:
        """Without what else is known of a hold, such as its secret."""
        return HeldHalfHour(
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            held_until=self.held_until,
            time_zone=self.time_zone,
        )


@dataclass(frozen=True, kw_only=True)
class SignUpHoldKey:
    """Identifies the hold of a sign-up. ``secret_hash``: the hash of the sign-up's secret;
    ``with_note``: whether to show the note of the hold. The owner of the mailbox may be another
    person than the one who wrote it."""

    secret_hash: str = field(repr=False)
    with_note: bool = True


def new_secret() -> str:
    """A new random secret for a sign-up."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> str:
    """The hash that is stored. A random secret needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def held_under(secret: str) -> SignUpHoldKey:
    """The key of the hold with this secret."""
    return SignUpHoldKey(secret_hash=secret_hash(secret))
