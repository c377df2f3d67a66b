"""The page that moves a consultation: choose another free time, and confirm it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from chassis.errors import DomainError, NotFound
from chassis.rpc.client import Wire
from chassis.schemas import Named
from contracts.booking.consultations import RescheduleConsultation, SameTime
from contracts.booking.slots import Slots, SlotsQuery
from gateway.api.consultations import STANDS_AGAINST_A_CHANGE, STANDS_AGAINST_A_TIME
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import SeeOther
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.consultations.own_consultations import OwnConsultations
from gateway.site.consultations.views import ConsultationShown
from gateway.site.times.free_times import free_times, start_within_reach
from gateway.site.times.picker import Picker, picker_of


@dataclass(frozen=True, kw_only=True)
class MovingQuery:
    """``starts_at``: the time that was chosen. ``from``: the day that the picker begins on."""

    starts_at: datetime | None = None
    first_day: Annotated[date | None, Named("from")] = None


@dataclass(frozen=True, kw_only=True)
class MovingShown:
    """``picker``: the times to choose from; ``None`` once one was chosen, or where it can't be
    moved. ``refusal``: why it can't."""

    half_hour: ConsultationShown
    starts_at: datetime | None = None
    picker: Picker | None = None
    refusal: DomainError | None = None

    @property
    def path(self) -> str:
        return f"{self.half_hour.path}/rescheduling"


class MovingPages(OwnConsultations):
    @page(
        "/consultations/{consultation_id}/rescheduling",
        query=MovingQuery,
        template="consultations/rescheduling.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def rescheduling_page(
        self, consultation_id: UUID, query: MovingQuery, visitor: Visitor
    ) -> MovingShown:
        half_hour = self.own_consultation(consultation_id, visitor)
        if not half_hour.may_change:
            return MovingShown(half_hour=half_hour)
        if query.starts_at is not None:
            return MovingShown(half_hour=half_hour, starts_at=query.starts_at)
        try:
            picker = self._times_to_move_to(half_hour, query.first_day, visitor)
        except (*STANDS_AGAINST_A_CHANGE, *STANDS_AGAINST_A_TIME) as refusal:
            return MovingShown(half_hour=half_hour, refusal=refusal)
        return MovingShown(half_hour=half_hour, picker=picker)

    def _times_to_move_to(
        self, half_hour: ConsultationShown, first_day: date | None, visitor: Visitor
    ) -> Picker:
        id, zone, now = half_hour.consultation.id, half_hour.zone, visitor.now
        path = f"{half_hour.path}/rescheduling"

        def ask(query: SlotsQuery) -> Wire[Slots]:
            return self.booking.list_slots_to_move_to(consultation_id=id, query=query)

        first = now if first_day is None else start_within_reach(first_day, zone, now)
        return picker_of(
            free_times(ask, first, now, zone).starts,
            zone,
            now,
            lambda at: f"{path}?{urlencode({'starts_at': f'{at:%Y-%m-%dT%H:%M:%SZ}'})}",
            from_day=lambda day: f"{path}?{urlencode({'from': day})}",
            earlier=path if first_day is not None else "",
        )

    @form(
        "/consultations/{consultation_id}/rescheduling",
        body=RescheduleConsultation,
        again="rescheduling_page",
        allow=SIGNED_IN,
        errors=[*STANDS_AGAINST_A_CHANGE, *STANDS_AGAINST_A_TIME, SameTime],
    )
    def move(
        self, consultation_id: UUID, body: RescheduleConsultation, visitor: Visitor
    ) -> SeeOther:
        self.booking.reschedule_consultation(
            consultation_id=consultation_id, starts_at=body.starts_at
        )
        return SeeOther(to=f"/consultations/{consultation_id}", said="moved")
