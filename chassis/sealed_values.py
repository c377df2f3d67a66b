"""Sealed values: a service's texts and secrets, encrypted at rest with ``FIRSTSTEP_SEAL_KEYS``.

    class Notes(SealedText):
        purpose = "consultation notes"

    notes = Notes()                             # a service's dependency
    row.sealed_note = self.notes.seal(text)
    text = self.notes.open(row.sealed_note)     # None where its key is gone

Keys are derived from ``purpose`` (see ``sealing``): renaming one makes stored values unreadable.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import structlog
from nameko.extensions import DependencyProvider

from chassis.sealing import Seal, Unopenable
from chassis.settings import BadSettings

log = structlog.get_logger()


class SealedValues(DependencyProvider, ABC):
    """Reads the keys when the service starts; a subclass makes its seals in ``use``."""

    def setup(self) -> None:
        keys: str = self.container.config["SEAL_KEYS"]
        if not keys:
            service = self.container.service_name
            raise BadSettings(f"FIRSTSTEP_SEAL_KEYS is missing: {service} keeps secrets sealed")
        self.use(keys)

    @abstractmethod
    def use(self, keys: str) -> None:
        """Make the seals from ``FIRSTSTEP_SEAL_KEYS``."""

    def get_dependency(self, worker_ctx: Any) -> Self:
        return self


class SealedText(SealedValues):
    """One kind of text; ``keys`` is its seal, for ``reencrypt``."""

    purpose: ClassVar[str]

    def use(self, keys: str) -> None:
        self.keys = Seal(keys, self.purpose)

    def seal(self, text: str) -> str:
        return self.keys.close(text.encode())

    def open(self, sealed: str) -> str | None:
        """The text; ``None`` where its key is gone, which is logged."""
        try:
            return self.keys.open(sealed).decode()
        except Unopenable:
            log.error("sealed_value_not_opened", purpose=self.purpose)
            return None
