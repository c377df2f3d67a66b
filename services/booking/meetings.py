"""Rooms for online consultations: ``FIRSTSTEP_MEETING`` with a random name for each."""

from __future__ import annotations

import secrets
from typing import Any

from nameko.extensions import DependencyProvider

ROOM = "{room}"
BYTES_IN_A_ROOM = 16
"""Of randomness, so that a room's name can't be guessed."""


class Meetings(DependencyProvider):
    """Makes links to rooms from the template in ``FIRSTSTEP_MEETING``."""

    def setup(self) -> None:
        self.use(self.container.config.get("MEETING", ""))

    def use(self, template: str) -> None:
        self._template = template

    def get_dependency(self, worker_ctx: Any) -> Meetings:
        return self

    @property
    def makes_rooms(self) -> bool:
        return bool(self._template)

    def new_link(self) -> str | None:
        """A link to a new room; ``None`` where the platform makes no rooms."""
        if not self._template:
            return None
        return self._template.replace(ROOM, secrets.token_urlsafe(BYTES_IN_A_ROOM))
