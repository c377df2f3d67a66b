"""What profiles keeps sealed, or gives out sealed; nothing opens for another purpose."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.sealing import Seal


class Seals(DependencyProvider):
    """Made of the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: profiles keeps secrets sealed")
        self.use(keys)

    def use(self, keys: str) -> None:
        self.signing_keys = Seal(keys, "signing keys")
        self.links = Seal(keys, "links")
        self.second_factors = Seal(keys, "second factors")
        self.audit = Seal(keys, "audit")
        self.refreshed = Seal(keys, "refreshed sessions")

    def get_dependency(self, worker_ctx: Any) -> Seals:
        return self
