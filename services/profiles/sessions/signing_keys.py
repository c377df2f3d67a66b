"""The keys that sign access tokens, with automatic rotation.

A new key is published an hour before it signs, so that every reader has it in time, and until the
last token it signed has expired. Keys are numbered, and each number is given once, so instances
that make a key concurrently make the same one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from joserfc.jwk import OKPKey
from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis import json
from chassis.database.transaction import Transaction
from chassis.database.upserts import insert_if_absent
from chassis.sealing import Seal
from contracts.profiles.sessions import CLOCKS_DIFFER, TOKEN_LIFETIME
from services.profiles.base import Base

SIGNS_FOR = timedelta(days=30)
ANNOUNCED = timedelta(hours=1)


class SigningKey(Base):
    __tablename__ = "signing_keys"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str]
    private_key: Mapped[str]
    """The private key as a JWK, sealed."""
    public_key: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    retires_at: Mapped[datetime | None]

    def is_due(self, now: datetime) -> bool:
        """Whether its successor must be published."""
        return now >= self.signs_from + SIGNS_FOR - ANNOUNCED

    def hand_over(self, successor_signs_from: datetime) -> None:
        self.retires_at = successor_signs_from + TOKEN_LIFETIME + CLOCKS_DIFFER

    def opened(self, seal: Seal) -> OKPKey:
        """The private key, opened."""
        return OKPKey.import_key(json.loads(seal.open(self.private_key)))


def signing_key(tx: Transaction, seal: Seal, now: datetime) -> OKPKey:
    """The key that signs now; the first one is made here."""
    newest = select(SigningKey).where(SigningKey.signs_from <= now)
    newest = newest.order_by(SigningKey.number.desc()).limit(1)
    key = tx.scalar(newest)
    if key is None:
        _make(tx, 1, seal, now, signs_from=now)
        key = tx.scalars(select(SigningKey).order_by(SigningKey.number)).first()
    assert key is not None
    return key.opened(seal)


def public_keys(session: Session) -> list[dict[str, Any]]:
    """The public keys of tokens that are valid or will be soon."""
    keys: Iterable[SigningKey] = session.scalars(select(SigningKey).order_by(SigningKey.number))
    return [key.public_key for key in keys]


def rotate(tx: Transaction, seal: Seal, now: datetime) -> None:
    """Publish the next key when it is due, and delete retired ones."""
    tx.execute(delete(SigningKey).where(SigningKey.retires_at <= now))
    newest = tx.scalar(select(SigningKey).order_by(SigningKey.number.desc()).limit(1))
    if newest is None:
        _make(tx, 1, seal, now, signs_from=now)
    elif newest.is_due(now):
        newest.hand_over(now + ANNOUNCED)
        _make(tx, newest.number + 1, seal, now, signs_from=now + ANNOUNCED)


def _make(tx: Transaction, number: int, seal: Seal, now: datetime, signs_from: datetime) -> None:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    insert_if_absent(
        tx, cast(Table, SigningKey.__table__), **columns_of(number, key, seal, now, signs_from)
    )


def columns_of(
    number: int, key: OKPKey, seal: Seal, now: datetime, signs_from: datetime
) -> dict[str, Any]:
    """The columns of a new key."""
    return {
        "number": number,
        "kid": key.kid,
        "private_key": seal.close(json.dumps(key.as_dict(private=True)), now),
        "public_key": key.as_dict(private=False),
        "made_at": now,
        "signs_from": signs_from,
        "retires_at": None,
    }
