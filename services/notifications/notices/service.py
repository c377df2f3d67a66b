"""RPC methods of notices: list all, list those after a position, and mark them as read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.pagination import PageQuery, newest_first
from chassis.rpc.server import rpc
from chassis.times import utc_now
from contracts.notifications import AddedNotice, AddedNotices, NoticeKind, NoticesPage
from services.notifications import dependencies
from services.notifications.notices import queries
from services.notifications.notices.notices import Notice

MOST_ADDED = 100
"""Notices in one answer of ``list_added_notices``."""


class Notices:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def list_notices(self, page: PageQuery) -> NoticesPage:
        account_id = self.caller.known()
        mine = queries.notices_of(account_id)
        with self.store.reading() as session:
            found = newest_first(session, mine, Notice.id, page, _itself)
            names = queries.names_in(session, found.items)
            return NoticesPage(
                items=[each.to_resource(names) for each in found.items],
                next=found.next,
                unread=queries.number_unread(session, account_id),
            )

    @rpc
    def list_added_notices(self, after: int | None = None) -> AddedNotices:
        account_id = self.caller.known()
        with self.store.reading() as session:
            # read before the notices: one that is committed in between is among them, or still to
            # be announced
            newest = queries.newest_position(session, account_id)
            items = [] if after is None else _added(session, account_id, after)
            more = len(items) == MOST_ADDED
            last = items[-1].position if items else newest
            return AddedNotices(
                items=items,
                position=last if more else max(last, newest),
                more=more,
                unread=queries.number_unread(session, account_id),
            )

    @rpc
    def read_notice(self, notice_id: UUID) -> None:
        account_id = self.caller.known()
        with self.store.transaction() as tx:
            notice = tx.scalar(queries.notice_of(account_id, notice_id).with_for_update())
            if notice is None:
                raise NotFound("You have no such notice.")
            notice.read(utc_now())
            return tx.reply(None)

    @rpc
    def read_all_notices(self) -> None:
        account_id = self.caller.known()
        with self.store.transaction() as tx:
            tx.execute(queries.read_all(account_id, utc_now()))
            return tx.reply(None)


def _added(session: Session, account_id: UUID, after: int) -> list[AddedNotice]:
    found = session.execute(queries.added_after(account_id, after, MOST_ADDED))
    return [AddedNotice(position=row.position, kind=NoticeKind(row.kind)) for row in found]


def _itself(notice: Notice) -> Notice:
    return notice
