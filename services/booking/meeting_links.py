"""Encryption of specialists' own meeting links: a link lets any holder enter the room."""

from __future__ import annotations

from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from chassis.config import BadSettings
from chassis.sealing import Seal, Unopenable

log = structlog.get_logger()


class MeetingLinks(DependencyProvider):
    """Encrypts and decrypts links with the keys in ``FIRSTSTEP_SEAL_KEYS``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: booking encrypts links with it")
        self.use(keys)

    def use(self, keys: str) -> None:
        self.keys = Seal(keys, "meeting links")

    def get_dependency(self, worker_ctx: Any) -> MeetingLinks:
        return self

    def seal(self, link: str) -> str:
        return self.keys.close(link.encode())

    def open(self, sealed: str | None) -> str | None:
        """The link; ``None`` where there is none, or its key was removed."""
        if sealed is None:
            return None
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            log.error("meeting_link_not_decrypted")
            return None
