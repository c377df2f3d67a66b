"""RPC client of notifications: the caller's notices."""

from __future__ import annotations

from uuid import UUID

from chassis.pagination import PageQuery
from chassis.rpc.client import RpcClient, Wire
from contracts.notifications import AddedNotices, NoticesPage, NotificationsData


class Notifications(RpcClient):
    service = "notifications"

    def list_notices(self, *, page: PageQuery) -> Wire[NoticesPage]:
        """The caller's notices, the newest first, and how many are unread."""

    def list_added_notices(self, *, after: int | None = None) -> Wire[AddedNotices]:
        """The caller's notices after a position, the oldest first. Without a position, only the
        newest position and the number of unread notices. A position beyond the newest counts as
        none."""

    def read_notice(self, *, notice_id: UUID) -> None:
        """Mark one as read."""

    def read_all_notices(self) -> None:
        """Mark all of the caller's notices as read."""

    def export_personal_data(self) -> Wire[NotificationsData]: ...
