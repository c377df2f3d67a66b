"""Encryption of the notes that clients write to specialists before they meet."""

from __future__ import annotations

from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.sealing import Seal, Unopenable

log = structlog.get_logger()


class Notes(DependencyProvider):
    """Encrypts and decrypts notes with the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: booking encrypts notes with it")
        self.keys = Seal(keys, "consultation notes")

    def get_dependency(self, worker_ctx: Any) -> Notes:
        return self

    def seal(self, text: str) -> str:
        return self.keys.close(text.encode())

    def open(self, sealed: str) -> str | None:
        """The text, or ``None`` where its key was removed."""
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            log.error("note_not_decrypted")
            return None
