"""Addresses that answers bear, where people reach the site: ``FIRSTSTEP_URL``."""

from __future__ import annotations

import re
from typing import Any

from nameko.extensions import DependencyProvider

FEED = "/api/v1/calendar-feeds/{token}.ics"
SECRET_IN_PATH = re.compile(
    r"(?P<feed>calendar.{0,5}feeds?[^a-z]*?/).+|(?P<long>[^/]{20,})", re.IGNORECASE | re.DOTALL
)
"""What follows a calendar feed's address, also a misspelt one; and any long segment."""
HARMLESS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.ics)?|[a-z]{1,15}([-_.][a-z]{1,15})*"
)
"""Long segments that are no secrets: ids, and words in lower case."""


class Addresses(DependencyProvider):
    def setup(self) -> None:
        self._url: str = self.container.config["URL"]

    def get_dependency(self, worker_ctx: Any) -> Addresses:
        return self

    def calendar_feed(self, token: str) -> str:
        return self._url + FEED.format(token=token)


def without_secrets(path: str) -> str:
    """The path of a request as logs may show it: a feed's token opens the feed."""
    return SECRET_IN_PATH.sub(_masked, path)


def _masked(found: re.Match[str]) -> str:
    if found["feed"]:
        return f"{found['feed']}…"
    return found[0] if HARMLESS.fullmatch(found[0]) else "…"
