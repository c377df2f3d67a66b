"""Encryption of external calendars' addresses: an address lets any holder read the calendar."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.fetch.url_policy import AddressRefused
from chassis.sealing import Seal, Unopenable


class SealedAddresses(DependencyProvider):
    """Encrypts and decrypts addresses with the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: booking keeps addresses sealed")
        self.use(keys)

    def use(self, keys: str) -> None:
        # keys are derived from these words: with others, stored addresses could not be decrypted
        self.keys = Seal(keys, "addresses of calendars elsewhere")

    def get_dependency(self, worker_ctx: Any) -> SealedAddresses:
        return self

    def seal(self, address: str) -> str:
        return self.keys.close(address.encode())

    def opens_to(self, sealed: str, address: str) -> bool:
        """Whether it decrypts to this address. ``False`` where its key was removed."""
        try:
            return self.open(sealed) == address
        except AddressRefused:
            return False

    def open(self, sealed: str) -> str:
        """Raises ``AddressRefused`` where its key was removed: the owner has to give it again."""
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            raise AddressRefused("is kept under a key that is gone") from None
