"""What can be asked about notices."""

from __future__ import annotations

from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from contracts import notifications as contract
from services.notifications.notices.notices import Notice
from services.notifications.notices.queries import notices_of
from services.notifications.part import Part


class Notices(Part):
    @rpc
    def list_notices(self, page: PageQuery) -> Page[contract.Notice]:
        mine = notices_of(self.caller.known())
        with self.store.reading() as session:
            return newest_first(session, mine, Notice.id, page, Notice.to_resource)
