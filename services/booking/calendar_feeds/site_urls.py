"""The site in calendar files: the organizer's address, and the pages of consultations."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from nameko.extensions import DependencyProvider


class Site(DependencyProvider):
    """Addresses under ``FIRSTSTEP_URL``."""

    def setup(self) -> None:
        self.use(self.container.config["URL"])

    def use(self, url: str) -> None:
        self._url = url

    def get_dependency(self, worker_ctx: Any) -> Site:
        return self

    @property
    def organizer(self) -> str:
        """A no-reply address of the site."""
        return f"mailto:no-reply@{urlsplit(self._url).hostname}"

    def consultation(self, consultation_id: UUID) -> str:
        """The page of a consultation. Only its two sides can open it."""
        return f"{self._url}/consultations/{consultation_id}"
