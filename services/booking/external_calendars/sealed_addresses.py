"""Addresses of external calendars, sealed at rest: anyone who knows one can read the calendar."""

from __future__ import annotations

from chassis.fetch.url_policy import AddressRefused
from chassis.sealed_values import SealedText
from chassis.sealing import Unopenable


class SealedAddresses(SealedText):
    purpose = "addresses of calendars elsewhere"

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
