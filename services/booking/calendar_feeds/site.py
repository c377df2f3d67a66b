"""What calendar files say of the site: who publishes them, and where a consultation is seen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from nameko.extensions import DependencyProvider


class Site(DependencyProvider):
    """Where people reach it: ``FIRSTSTEP_URL``."""

    def setup(self) -> None:
        self.use(self.container.config["URL"])

    def use(self, url: str) -> None:
        self._url = url

    def get_dependency(self, worker_ctx: Any) -> Site:
        return self

    @property
    def organizer(self) -> str:
        """An address of the site, which nobody reads."""
        return f"mailto:no-reply@{urlsplit(self._url).hostname}"

    def consultation(self, consultation_id: UUID) -> str:
        """The page of one, which its two sides alone can open."""
        return f"{self._url}/consultations/{consultation_id}"
