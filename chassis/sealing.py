"""Secrets at rest: sealed with Fernet (AES-128-CBC and HMAC-SHA256), under keys that rotate.

``FIRSTSTEP_SEAL_KEYS`` names the keys: the first seals, all of them open. What was sealed for one
purpose does not open for another: each has keys of its own, derived from those (HKDF, RFC 5869).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SEALED = b"gAAAAA"
"""What every sealed text begins with (the version, and a time before the year 2106). No JSON
does."""


class Unopenable(Exception):
    """It was sealed with another key or for another purpose, was changed, or is no seal at all."""


class TooOld(Unopenable):
    """It was sealed, for this purpose, too long ago."""


class Seal:
    """Seals and opens for one purpose."""

    def __init__(self, keys: str, purpose: str) -> None:
        """``keys`` as in ``FIRSTSTEP_SEAL_KEYS``; raises ``ValueError`` where one is no key."""
        secrets = [_derived(key, purpose) for key in keys_in(keys)]
        self._first = secrets[0]
        fernets = [Fernet(base64.urlsafe_b64encode(each)) for each in secrets]
        self._newest, self._fernet = fernets[0], MultiFernet(fernets)

    def close(self, secret: bytes, now: datetime | None = None) -> str:
        """The sealed text: URL-safe ASCII that bears the time of sealing."""
        if now is None:
            return self._fernet.encrypt(secret).decode()
        return self._fernet.encrypt_at_time(secret, int(now.timestamp())).decode()

    def open(self, sealed: str) -> bytes:
        """Raises ``Unopenable``."""
        try:
            return self._fernet.decrypt(sealed.encode())
        except (InvalidToken, ValueError) as error:
            raise Unopenable from error

    def is_newest(self, sealed: str) -> bool:
        """Whether the first key sealed it."""
        try:
            self._newest.decrypt(sealed.encode())
        except (InvalidToken, ValueError):
            return False
        return True

    def reencrypted(self, sealed: str) -> str:
        """The same, sealed with the first key; raises ``Unopenable``."""
        return self.close(self.open(sealed))

    def open_fresh(self, sealed: str, lifetime: timedelta, now: datetime) -> bytes:
        """Raises ``TooOld`` where it was sealed longer ago than ``lifetime``, or ``Unopenable``."""
        secret = self.open(sealed)
        sealed_at = self._fernet.extract_timestamp(sealed.encode())
        if now.timestamp() >= sealed_at + lifetime.total_seconds():
            raise TooOld
        return secret

    def digest(self, text: str) -> str:
        """Says whether two texts are one without saying which; as long as the first key stays."""
        return hmac.digest(self._first, text.encode(), hashlib.sha256).hex()


def new_key() -> str:
    """One more key for ``FIRSTSTEP_SEAL_KEYS``."""
    return Fernet.generate_key().decode()


def keys_in(keys: str) -> list[bytes]:
    """The keys that the setting names, the one that seals first; raises ``ValueError``."""
    found = []
    for each in keys.split(","):
        key = base64.b64decode(each.strip().encode("ascii"), altchars=b"-_", validate=True)
        if len(key) != KEY_BYTES:
            raise ValueError(f"has {len(key)} bytes, not {KEY_BYTES}")
        found.append(key)
    return found


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"firststep {purpose}".encode()).derive(key)
