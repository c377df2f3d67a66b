"""The page of notices: what was said to the visitor, and what is unread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import PageQuery
from contracts.notifications import Notice
from gateway.api.names import Naming
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.notices.sentences import Names, NoticeShown, shown

ON_A_PAGE = 20
NOTICES = "/notices"


@dataclass(frozen=True, kw_only=True)
class NoticesQuery:
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class MarkAsRead:
    """The notice; without one, all."""

    notice_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NoticesShown:
    """``zone``: of the times at which notices were made."""

    items: list[NoticeShown]
    unread: int
    next: str | None
    is_first: bool
    zone: str


class NoticePages(Naming):
    @page(
        NOTICES,
        query=NoticesQuery,
        template="notices/list.html",
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def notices_page(self, query: NoticesQuery, visitor: Visitor) -> NoticesShown:
        wanted = PageQuery(cursor=query.cursor, limit=ON_A_PAGE)
        found = self.notifications.list_notices(page=wanted).load()
        names = self._names_in_notices(found.items)
        return NoticesShown(
            items=[shown(each, names, visitor) for each in found.items],
            unread=found.unread,
            next=found.next,
            is_first=query.cursor is None,
            zone=visitor.zone(_zone_of(found.items)),
        )

    def _names_in_notices(self, notices: Iterable[Notice]) -> Names:
        """The names of the sides that these notices are about."""
        sides = [each.data for each in notices]
        clients = {str(each.client_id) for each in sides if each.client_id}
        specialists = {str(each.specialist_id) for each in sides if each.specialist_id}
        if not clients and not specialists:
            return {}
        found = self._names_of(clients, specialists).value
        people = [*found["clients"], *found["specialists"]]
        return {UUID(each["id"]): each["display_name"] for each in people if each["display_name"]}

    @form(NOTICES, body=MarkAsRead, again="notices_page", allow=SIGNED_IN, errors=[NotFound])
    def mark_as_read(self, body: MarkAsRead, visitor: Visitor) -> SeeOther:
        if body.notice_id is None:
            self.notifications.read_all_notices()
            return SeeOther(to=NOTICES, said="notices_read")
        self.notifications.read_notice(notice_id=body.notice_id)
        return SeeOther(to=NOTICES)


def _zone_of(notices: Iterable[Notice]) -> str:
    """The first zone that a notice names, for a reader whose own one is not known."""
    return next((each.data.time_zone for each in notices if each.data.time_zone), "UTC")
