"""The page of the calendar feed: a private address that calendars read."""

from __future__ import annotations

from contracts.booking.feeds import CalendarFeed, OpenCalendarFeed
from gateway.api.base import Api
from gateway.api.calendar_feed_urls import CalendarFeedUrls
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor

SETTING = "/settings/calendar-feed"


class CalendarFeedPages(Api):
    feed_urls = CalendarFeedUrls()

    @page(SETTING, template="settings/calendar_feed.html", allow=SIGNED_IN)
    def calendar_feed_page(self, visitor: Visitor) -> None:
        """Whether there is an address is not shown, and never the address itself."""

    @form(
        SETTING,
        body=OpenCalendarFeed,
        again="calendar_feed_page",
        allow=SIGNED_IN,
        secret=True,
    )
    def make_calendar_feed(self, body: OpenCalendarFeed, visitor: Visitor) -> Shown:
        opened = self.booking.open_calendar_feed(wanted=body).load()
        address = self.feed_urls.calendar_feed(opened.token)
        shown = CalendarFeed(address=address, discreet=opened.discreet)
        return Shown(view=shown, template="settings/calendar_feed_opened.html")

    @form(f"{SETTING}/revocation", again="calendar_feed_page", allow=SIGNED_IN)
    def revoke_calendar_feed(self, visitor: Visitor) -> SeeOther:
        self.booking.close_calendar_feed()
        return SeeOther(to=SETTING, said="feed_revoked")
