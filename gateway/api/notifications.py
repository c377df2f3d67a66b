"""What a person is told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import PageQuery
from contracts.notifications import NoticesPage
from gateway.api.base import Api
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint


class NotificationsApi(Api):
    @endpoint(
        "GET",
        "/api/v1/notifications",
        query=PageQuery,
        returns=NoticesPage,
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def list_notices(self, query: PageQuery) -> Any:
        """Your notices, the newest first, and how many are unread."""
        return self.notifications.list_notices(page=query)

    @endpoint(
        "POST",
        "/api/v1/notifications/{notice_id}/read",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def mark_notice_as_read(self, notice_id: UUID) -> Any:
        """Mark a notice as read."""
        return self.notifications.read_notice(notice_id=notice_id)

    @endpoint(
        "POST",
        "/api/v1/notifications/read",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def mark_all_notices_as_read(self) -> Any:
        """Mark all your notices as read."""
        return self.notifications.read_all_notices()
