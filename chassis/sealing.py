"""Sealing: encryption of secrets at rest with Fernet (AES-128-CBC, HMAC-SHA256), rotating keys.

``FIRSTSTEP_SEAL_KEYS`` holds comma-separated keys: the first encrypts, all decrypt. Each purpose
has keys of its own, derived from those (HKDF, RFC 5869), so a value sealed for one purpose does not
open for another.
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
"""The prefix of every sealed text (the version, and a time before the year 2106). No JSON begins
so."""


class Unopenable(Exception):
    """Sealed with another key or for another purpose, tampered with, or not sealed at all."""


class TooOld(Unopenable):
    """Sealed for this purpose, but too long ago."""


class Seal:
    """Encrypts and decrypts values for one purpose."""

    def __init__(self, keys: str, purpose: str) -> None:
        """``keys``: as in ``FIRSTSTEP_SEAL_KEYS``; raises ``ValueError`` where one is malformed."""
        secrets = [_derived(key, purpose) for key in keys_in(keys)]
        self._first = secrets[0]
        fernets = [Fernet(base64.urlsafe_b64encode(each)) for each in secrets]
        self._newest, self._fernet = fernets[0], MultiFernet(fernets)

    def close(self, secret: bytes, now: datetime | None = None) -> str:
        """The sealed text: URL-safe ASCII that contains the time of sealing."""
        if now is None:
            return self._fernet.encrypt(secret).decode()
        return self._fernet.encrypt_at_time(secret, int(now.timestamp())).decode()

    def open(self, sealed: str) -> bytes:
        """The secret; raises ``Unopenable``."""
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
        """The same secret, sealed with the first key; raises ``Unopenable``."""
        return self.close(self.open(sealed))

    def open_fresh(self, sealed: str, lifetime: timedelta, now: datetime) -> bytes:
        """The secret; raises ``Unopenable``, and ``TooOld`` after ``lifetime``."""
        secret = self.open(sealed)
        sealed_at = self._fernet.extract_timestamp(sealed.encode())
        if now.timestamp() >= sealed_at + lifetime.total_seconds():
            raise TooOld
        return secret

    def digest(self, text: str) -> str:
        """A keyed hash (HMAC), to compare texts without storing them; the first key changes it."""
        return hmac.digest(self._first, text.encode(), hashlib.sha256).hex()


def new_key() -> str:
    """A new random key for ``FIRSTSTEP_SEAL_KEYS``."""
    return Fernet.generate_key().decode()


def keys_in(keys: str) -> list[bytes]:
    """The keys in the setting, in order; raises ``ValueError``."""
    found = []
    for each in keys.split(","):
        key = base64.b64decode(each.strip().encode("ascii"), altchars=b"-_", validate=True)
        if len(key) != KEY_BYTES:
            raise ValueError(f"has {len(key)} bytes, not {KEY_BYTES}")
        found.append(key)
    return found


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"firststep {purpose}".encode()).derive(key)
