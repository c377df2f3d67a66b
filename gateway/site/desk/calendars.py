"""The pages of a specialist's external calendars, whose events block half hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import EmailNotVerified, NotFound
from chassis.fetch.url_policy import AddressRefused
from chassis.preconditions import etag_of
from contracts.booking.external_calendars import (
    MOST_CALENDARS,
    AddExternalCalendar,
    CalendarGivenBefore,
    ChangeExternalCalendar,
    ExternalCalendar,
    ReadingsTaken,
    ReadJustNow,
    TooManyCalendars,
)
from gateway.api.base import Api
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.desk.desk import CALENDARS, SPECIALISTS, or_none

ONE_CALENDAR = CALENDARS + "/{calendar_id}"


@dataclass(frozen=True, kw_only=True)
class CalendarsShown:
    calendars: list[ExternalCalendar]
    zone: str

    @property
    def is_full(self) -> bool:
        return len(self.calendars) >= MOST_CALENDARS


@dataclass(frozen=True, kw_only=True)
class CalendarShown:
    """``values``: of the form. ``version``: the ETag of what is stored."""

    host: str
    values: dict[str, Any]
    version: str


@dataclass(frozen=True, kw_only=True)
class OneCalendar:
    """The calendar that a button belongs to."""

    id: UUID


class OwnCalendarPages(Api):
    @page(CALENDARS, template="desk/calendars.html", allow=SPECIALISTS)
    def my_calendars_page(self, visitor: Visitor) -> CalendarsShown:
        calendars = self.booking.list_external_calendars().load().items
        known = or_none(lambda: self.booking.get_availability().load())
        zone = visitor.zone(known.time_zone if known else "UTC")
        return CalendarsShown(calendars=calendars, zone=zone)

    @form(
        CALENDARS,
        body=AddExternalCalendar,
        again="my_calendars_page",
        allow=SPECIALISTS,
        errors=[EmailNotVerified, AddressRefused, TooManyCalendars, CalendarGivenBefore],
    )
    def add_my_calendar(self, body: AddExternalCalendar, visitor: Visitor) -> SeeOther:
        self.booking.add_external_calendar(wanted=body)
        return SeeOther(to=CALENDARS, said="calendar_added")

    @page(ONE_CALENDAR, template="desk/calendar.html", allow=SPECIALISTS, errors=[NotFound])
    def my_calendar_page(self, calendar_id: UUID, visitor: Visitor) -> CalendarShown:
        wire = self.booking.get_external_calendar(calendar_id=calendar_id).value
        return CalendarShown(
            host=wire["host"],
            values={"label": wire["label"]},
            version=etag_of(ExternalCalendar, wire),
        )

    @form(
        ONE_CALENDAR,
        body=ChangeExternalCalendar,
        again="my_calendar_page",
        allow=SPECIALISTS,
        errors=[EmailNotVerified, NotFound, AddressRefused, CalendarGivenBefore],
    )
    def change_my_calendar(
        self, calendar_id: UUID, body: ChangeExternalCalendar, visitor: Visitor
    ) -> SeeOther:
        self.booking.change_external_calendar(calendar_id=calendar_id, wanted=body)
        return SeeOther(to=CALENDARS, said="calendar_changed")

    @form(
        f"{CALENDARS}/reading",
        body=OneCalendar,
        again="my_calendars_page",
        allow=SPECIALISTS,
        errors=[EmailNotVerified, NotFound, ReadJustNow, ReadingsTaken],
    )
    def read_my_calendar(self, body: OneCalendar, visitor: Visitor) -> SeeOther:
        self.booking.read_external_calendar(calendar_id=body.id)
        return SeeOther(to=CALENDARS, said="calendar_read")

    @form(
        f"{CALENDARS}/removal",
        body=OneCalendar,
        again="my_calendars_page",
        allow=SPECIALISTS,
        errors=[NotFound],
    )
    def remove_my_calendar(self, body: OneCalendar, visitor: Visitor) -> SeeOther:
        self.booking.remove_external_calendar(calendar_id=body.id)
        return SeeOther(to=CALENDARS, said="calendar_removed")
