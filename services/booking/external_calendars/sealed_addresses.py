"""Addresses of external calendars, sealed where they are kept: whoever knows one can read it."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.fetch.url_policy import AddressRefused
from chassis.sealing import Seal, Unopenable


class SealedAddresses(DependencyProvider):
    """Seals and opens them with the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: booking keeps addresses sealed")
        self.use(keys)

    def use(self, keys: str) -> None:
        # keys are derived from these words: under others, what is kept could not be opened
        self.keys = Seal(keys, "addresses of calendars elsewhere")

    def get_dependency(self, worker_ctx: Any) -> SealedAddresses:
        return self

    def seal(self, address: str) -> str:
        return self.keys.close(address.encode())

    def opens_to(self, sealed: str, address: str) -> bool:
        """Whether it is this address. One whose key is gone is none."""
        try:
            return self.open(sealed) == address
        except AddressRefused:
            return False

    def open(self, sealed: str) -> str:
        """Raises ``AddressRefused`` where its key is gone: its owner has to give it again."""
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            raise AddressRefused("is kept under a key that is gone") from None
