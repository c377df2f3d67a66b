"""What a person is told."""

from __future__ import annotations

from typing import Any

from chassis.pages import BadCursor, PageQuery, page_of
from contracts.notifications import Notice
from gateway.api.base import Api
from gateway.declaration import SIGNED_IN
from gateway.endpoint import endpoint


class NotificationsApi(Api):
    @endpoint(
        "GET",
        "/api/v1/notifications",
        query=PageQuery,
        returns=page_of(Notice),
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def list_notices(self, query: PageQuery) -> Any:
        """Your notices, the newest first."""
        return self.notifications.list_notices(page=query)
