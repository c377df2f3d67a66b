"""URLs of calendar feeds in answers, under ``FIRSTSTEP_URL``."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

FEED = "/api/v1/calendar-feeds/{token}.ics"


class CalendarFeedUrls(DependencyProvider):
    def setup(self) -> None:
        self._url: str = self.container.config["URL"]

    def get_dependency(self, worker_ctx: Any) -> CalendarFeedUrls:
        return self

    def calendar_feed(self, token: str) -> str:
        return self._url + FEED.format(token=token)
