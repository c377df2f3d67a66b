"""Encryption of external calendars' addresses: an address lets any holder read the calendar."""

from __future__ import annotations

from chassis.fetch.url_policy import AddressRefused
from chassis.sealed_values import SealedText
from chassis.sealing import Unopenable


class SealedAddresses(SealedText):
    purpose = "addresses of calendars elsewhere"

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
