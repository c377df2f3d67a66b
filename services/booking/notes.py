"""Notes: what a client tells a specialist before they meet, sealed where it is kept."""

from __future__ import annotations

from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.sealing import Seal, Unopenable

log = structlog.get_logger()


class Notes(DependencyProvider):
    """Seals and opens them with the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: booking keeps notes sealed")
        self.keys = Seal(keys, "consultation notes")

    def get_dependency(self, worker_ctx: Any) -> Notes:
        return self

    def seal(self, text: str) -> str:
        return self.keys.close(text.encode())

    def open(self, sealed: str) -> str | None:
        """The text; ``None`` where its key is gone."""
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            log.error("note_can_not_be_opened")
            return None
