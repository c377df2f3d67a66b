"""Keyed hashes of visitors' mailboxes and networks, to count by without storing either."""

from __future__ import annotations

from chassis.networks import subnet_of
from chassis.sealed_values import SealedValues
from chassis.sealing import Seal
from contracts.inputs.addresses import mailbox_of


class VisitorHashes(SealedValues):
    """Hashes by the first key of ``FIRSTSTEP_SEAL_KEYS``: a new one begins new counts."""

    def use(self, keys: str) -> None:
        self._keys = Seal(keys, "visitors")

    def of_mailbox(self, email: str) -> str:
        """The mailbox's hash: the same for all spellings of an address, and for its tags."""
        return self._keys.digest(f"mailbox {mailbox_of(email)}")

    def of_network(self, address: str | None) -> str | None:
        """The network's hash: of an IPv4 address or an IPv6 /64; ``None`` where it is unknown."""
        network = subnet_of(address)
        return None if network is None else self._keys.digest(f"network {network}")
