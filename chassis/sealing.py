"""Sealing: encryption of secrets at rest with Fernet (AES-128-CBC, HMAC-SHA256), rotating keys.

``FIRSTSTEP_SEAL_KEYS`` holds comma-separated keys: the first encrypts, all decrypt. Each purpose
has keys of its own, derived from those (HKDF, RFC 5869), so a value sealed for one purpose does not
open for another.

The library is loaded at the first value: a process that seals nothing does without its 6 MiB.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

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
        self._keys, self._purpose = keys_in(keys), purpose

    @cached_property
    def _secrets(self) -> list[bytes]:
        return [_derived(key, self._purpose) for key in self._keys]

    @cached_property
    def _fernet(self) -> MultiFernet:
        return _fernet_of(self._secrets)

    @cached_property
    def _newest(self) -> MultiFernet:
        return _fernet_of(self._secrets[:1])

    def close(self, secret: bytes, now: datetime | None = None) -> str:
        """The sealed text: URL-safe ASCII that contains the time of sealing."""
        if now is None:
            return self._fernet.encrypt(secret).decode()
        return self._fernet.encrypt_at_time(secret, int(now.timestamp())).decode()

    def open(self, sealed: str) -> bytes:
        """The secret; raises ``Unopenable``."""
        try:
            return _opened(self._fernet, sealed)
        except ValueError as error:
            raise Unopenable from error

    def is_newest(self, sealed: str) -> bool:
        """Whether the first key sealed it."""
        try:
            _opened(self._newest, sealed)
        except ValueError:
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
        return hmac.digest(self._secrets[0], text.encode(), hashlib.sha256).hex()


def new_key() -> str:
    """A new random key for ``FIRSTSTEP_SEAL_KEYS``."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


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
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"firststep {purpose}".encode()).derive(key)


def _fernet_of(secrets: list[bytes]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in secrets])


def _opened(fernet: MultiFernet, sealed: str) -> bytes:
    """Raises ``ValueError``."""
    from cryptography.fernet import InvalidToken

    try:
        return fernet.decrypt(sealed.encode())
    except InvalidToken as error:
        raise ValueError("not sealed with these keys") from error
