"""Notices to the person who is signed in, and live updates about them."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import PageQuery
from chassis.rpc.client import Wire
from contracts.notifications import NoticesPage
from gateway.api.base import Api
from gateway.http.declaration import SIGNED_IN
from gateway.http.endpoint import endpoint
from gateway.live.endpoint import live_endpoint


class NotificationsApi(Api):
    @endpoint(
        "GET",
        "/api/v1/notifications",
        query=PageQuery,
        returns=NoticesPage,
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def list_notices(self, query: PageQuery) -> Wire[NoticesPage]:
        """Your notices, the newest first, and how many are unread."""
        return self.notifications.list_notices(page=query)

    @live_endpoint("/api/v1/notifications/stream")
    def stream_notices(self) -> None:
        """Live updates: server-sent events about your new notices, without their text.

        The `data` of each event is `{"unread": 3, "kind": "consultation_booked"}`: the number of
        all your unread notices, and the kind of the new one. The first event may have the kind
        `null`: there is no new notice. Comments are heartbeats, every 15 seconds.

        The stream ends after 5 minutes, when your session ends, and when the server stops.
        Reconnect after the time in `retry`, with the last `id` in `Last-Event-ID`: you get what you
        have missed, from any server. You may have 10 streams at once.
        """

    @endpoint(
        "POST",
        "/api/v1/notifications/{notice_id}/read",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def mark_notice_as_read(self, notice_id: UUID) -> None:
        """Mark a notice as read."""
        self.notifications.read_notice(notice_id=notice_id)

    @endpoint(
        "POST",
        "/api/v1/notifications/read",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def mark_all_notices_as_read(self) -> None:
        """Mark all your notices as read."""
        self.notifications.read_all_notices()
