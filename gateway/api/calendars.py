"""Consultations in people's own calendars."""

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
        """One of your consultations, for a calendar to take in."""
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
        """Have a private address at which calendars find your consultations.

        Any earlier one of yours is good no more."""
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
        """Revoke your private address; there may be none."""
        self.booking.close_calendar_feed()

    @endpoint(
        "GET",
        FEED,
        returns=Raw((CALENDAR_TYPE,), name="calendar.ics", asks_again=True),
        errors=[NotFound],
    )
    def get_calendar_feed(self, token: str) -> Wire[File]:
        """Somebody's consultations, for whoever knows their private address."""
        return self.booking.get_calendar_feed(token=token)
