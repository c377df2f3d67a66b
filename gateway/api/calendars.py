"""Consultations as calendar files (iCalendar), and calendar feeds."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis.errors import NotFound
from chassis.rpc.client import Wire
from contracts.booking.feeds import CALENDAR_TYPE, CalendarFeed, CalendarFileQuery, OpenCalendarFeed
from contracts.files import File
from gateway.api.base import Api
from gateway.api.calendar_feed_urls import FEED, CalendarFeedUrls
from gateway.http.declaration import SIGNED_IN, Raw
from gateway.http.endpoint import endpoint


class CalendarsApi(Api):
    addresses = CalendarFeedUrls()

    @endpoint(
        "GET",
        "/api/v1/consultations/{consultation_id}.ics",
        query=CalendarFileQuery,
        returns=Raw((CALENDAR_TYPE,), name="appointment.ics"),
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def get_consultation_file(self, consultation_id: UUID, query: CalendarFileQuery) -> Wire[File]:
        """One of your consultations as a calendar file."""
        return self.booking.get_consultation_file(
            consultation_id=consultation_id, discreet=query.discreet
        )

    @endpoint(
        "POST",
        "/api/v1/calendar-feed",
        body=OpenCalendarFeed,
        returns=CalendarFeed,
        status=HTTPStatus.CREATED,
        allow=SIGNED_IN,
    )
    def open_calendar_feed(self, body: OpenCalendarFeed) -> CalendarFeed:
        """Get a private address at which calendar apps read your consultations.

        Your earlier address stops working."""
        opened = self.booking.open_calendar_feed(wanted=body).load()
        address = self.addresses.calendar_feed(opened.token)
        return CalendarFeed(address=address, discreet=opened.discreet)

    @endpoint(
        "DELETE",
        "/api/v1/calendar-feed",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=SIGNED_IN,
    )
    def close_calendar_feed(self) -> None:
        """Revoke your private address, if you have one."""
        self.booking.close_calendar_feed()

    @endpoint(
        "GET",
        FEED,
        returns=Raw((CALENDAR_TYPE,), name="calendar.ics", asks_again=True),
        errors=[NotFound],
    )
    def get_calendar_feed(self, token: str) -> Wire[File]:
        """The consultations of the account that this private address belongs to."""
        return self.booking.get_calendar_feed(token=token)
