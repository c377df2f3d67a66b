"""Who invites, as calendars name it: an address of the site, which nobody reads."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from nameko.extensions import DependencyProvider


class Organizer(DependencyProvider):
    """At the host in ``FIRSTSTEP_URL``."""

    def setup(self) -> None:
        self._host = urlsplit(self.container.config["URL"]).hostname

    def get_dependency(self, worker_ctx: Any) -> str:
        return f"mailto:no-reply@{self._host}"
