"""The page of a specialist's hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.preconditions import etag_of
from contracts.booking.availability import (
    Availability,
    BadHours,
    ConsultationOutside,
    NoPlace,
)
from contracts.booking.slots import MOST_ON_A_PAGE, SlotsQuery
from gateway.api.base import Api
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.desk.desk import HOURS, SPECIALISTS, or_none
from gateway.site.desk.hours_form import HoursForm, form_values, new_values
from gateway.site.times.picker import days_of

SHOWN_AHEAD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class HoursShown:
    """``values``: of the form. ``version``: the ETag of what is stored; empty before the first
    time. ``days``: with the half hours that are free on them. ``outside``: booked consultations
    outside of the hours that were saved just now, of ``outside_count``."""

    values: dict[str, Any]
    version: str
    zone: str
    days: list[tuple[date, list[datetime]]]
    outside: tuple[ConsultationOutside, ...] = ()
    outside_count: int = 0


class OwnHoursPages(Api):
    @page(HOURS, template="desk/hours.html", allow=SPECIALISTS)
    def my_hours_page(self, visitor: Visitor) -> HoursShown:
        wire = or_none(lambda: self.booking.get_availability().value)
        if wire is None:
            zone = visitor.chosen_zone or ""
            return HoursShown(values=new_values(zone), version="", zone=zone, days=[])
        assert visitor.caller.account_id is not None
        zone = wire["time_zone"]
        return HoursShown(
            values=form_values(wire, visitor.now.date()),
            version=etag_of(Availability, wire),
            zone=zone,
            days=days_of(self._free_soon(visitor.caller.account_id, visitor.now), zone),
        )

    @form(
        HOURS,
        body=HoursForm,
        again="my_hours_page",
        allow=SPECIALISTS,
        errors=[BadHours, NoPlace],
    )
    def save_my_hours(self, body: HoursForm, visitor: Visitor) -> SeeOther | Shown:
        """Consultations outside of the new hours stay booked; the next page names them."""
        try:
            saved = self.booking.set_availability(availability=body.to_availability()).load()
        except BadHours as refusal:
            raise body.in_form(refusal) from None
        if not saved.consultations_outside_count:
            return SeeOther(to=HOURS, said="hours_saved")
        shown = replace(
            self.my_hours_page(visitor),
            outside=tuple(saved.consultations_outside),
            outside_count=saved.consultations_outside_count,
        )
        return Shown(view=shown, page="my_hours_page")

    def _free_soon(self, specialist_id: UUID, now: datetime) -> list[datetime]:
        """The half hours of the next days that can be booked."""
        query = SlotsQuery(starting_from=now, until=now + SHOWN_AHEAD, limit=MOST_ON_A_PAGE)
        try:
            slots = self.booking.list_slots(specialist_id=specialist_id, query=query).value
        except NotFound:
            return []
        return [datetime.fromisoformat(each["starts_at"]) for each in slots["items"]]
