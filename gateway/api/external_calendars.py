"""External calendars of a specialist, whose events block slots."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from chassis.errors import EmailNotVerified, NotFound
from chassis.fetch.url_policy import AddressRefused
from chassis.rpc.client import Wire
from contracts.booking.external_calendars import (
    AddExternalCalendar,
    CalendarGivenBefore,
    ChangeExternalCalendar,
    ExternalCalendar,
    ExternalCalendars,
    ReadingsTaken,
    ReadJustNow,
    TooManyCalendars,
)
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.http.endpoint import endpoint


class ExternalCalendarsApi(Api):
    @endpoint(
        "GET",
        "/api/v1/specialists/me/external-calendars",
        returns=ExternalCalendars,
        allow=[Role.SPECIALIST],
    )
    def list_external_calendars(self) -> Wire[ExternalCalendars]:
        """Your external calendars, with the time and result of their last reading."""
        return self.booking.list_external_calendars()

    @endpoint(
        "POST",
        "/api/v1/specialists/me/external-calendars",
        body=AddExternalCalendar,
        returns=ExternalCalendar,
        status=HTTPStatus.CREATED,
        allow=[Role.SPECIALIST],
        errors=[EmailNotVerified, AddressRefused, TooManyCalendars, CalendarGivenBefore],
    )
    def add_external_calendar(self, body: AddExternalCalendar) -> Wire[ExternalCalendar]:
        """Add an external calendar, five at most: its events block slots. It is read soon, while
        you can be booked."""
        return self.booking.add_external_calendar(wanted=body)

    @endpoint(
        "GET",
        "/api/v1/specialists/me/external-calendars/{calendar_id}",
        returns=ExternalCalendar,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
        versioned=True,
    )
    def get_external_calendar(self, calendar_id: UUID) -> Wire[ExternalCalendar]:
        """One of your external calendars."""
        return self.booking.get_external_calendar(calendar_id=calendar_id)

    @endpoint(
        "PUT",
        "/api/v1/specialists/me/external-calendars/{calendar_id}",
        body=ChangeExternalCalendar,
        returns=ExternalCalendar,
        allow=[Role.SPECIALIST],
        errors=[EmailNotVerified, NotFound, AddressRefused, CalendarGivenBefore],
        versioned=True,
    )
    def change_external_calendar(
        self, calendar_id: UUID, body: ChangeExternalCalendar
    ) -> Wire[ExternalCalendar]:
        """Change its name or address. From a new address it is read soon."""
        return self.booking.change_external_calendar(calendar_id=calendar_id, wanted=body)

    @endpoint(
        "DELETE",
        "/api/v1/specialists/me/external-calendars/{calendar_id}",
        returns=None,
        status=HTTPStatus.NO_CONTENT,
        allow=[Role.SPECIALIST],
        errors=[NotFound],
    )
    def remove_external_calendar(self, calendar_id: UUID) -> None:
        """Remove it: it no longer blocks slots, and its address is deleted."""
        self.booking.remove_external_calendar(calendar_id=calendar_id)

    @endpoint(
        "POST",
        "/api/v1/specialists/me/external-calendars/{calendar_id}/reading",
        returns=ExternalCalendar,
        allow=[Role.SPECIALIST],
        errors=[EmailNotVerified, NotFound, ReadJustNow, ReadingsTaken],
    )
    def read_external_calendar(self, calendar_id: UUID) -> Wire[ExternalCalendar]:
        """Have it read now, and get the result; once a minute, listed or not."""
        return self.booking.read_external_calendar(calendar_id=calendar_id)
