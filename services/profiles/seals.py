"""The seals of profiles: one for each purpose; what one sealed opens under no other."""

from __future__ import annotations

from chassis.sealed_values import SealedValues
from chassis.sealing import Seal


class Seals(SealedValues):
    def use(self, keys: str) -> None:
        self.signing_keys = Seal(keys, "signing keys")
        self.links = Seal(keys, "links")
        self.second_factors = Seal(keys, "second factors")
        self.challenges = Seal(keys, "log-in challenges")
        self.audit = Seal(keys, "audit")
        self.refreshed = Seal(keys, "refreshed sessions")
