"""Addresses that answers bear, where people reach the site: ``FIRSTSTEP_URL``."""

from __future__ import annotations

import re
from typing import Any

from nameko.extensions import DependencyProvider

FEED = "/api/v1/calendar-feeds/{token}.ics"
SECRET_IN_PATH = re.compile(r"(?<=/calendar-feeds/).+", re.IGNORECASE | re.DOTALL)
"""Even where the rest of the path is misspelt and leads nowhere."""


class Addresses(DependencyProvider):
    def setup(self) -> None:
        self._url: str = self.container.config["URL"]

    def get_dependency(self, worker_ctx: Any) -> Addresses:
        return self

    def calendar_feed(self, token: str) -> str:
        return self._url + FEED.format(token=token)


def without_secrets(path: str) -> str:
    """The path of a request, as logs may show it: who knows a feed's token can read the feed."""
    return SECRET_IN_PATH.sub("…", path)
