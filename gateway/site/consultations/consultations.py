"""Pages of consultations: the list, one of them, and its calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import Page
from chassis.rpc.client import Wire
from contracts.booking.consultations import ConsultationsQuery, ConsultationStatus
from contracts.booking.feeds import CalendarFileQuery
from contracts.named_consultations import NamedConsultation
from gateway.http.declaration import SIGNED_IN
from gateway.pages.answers import Download
from gateway.pages.page import page
from gateway.pages.visitor import Visitor
from gateway.site.consultations.own_consultations import OwnConsultations
from gateway.site.consultations.views import ConsultationShown, Phase, shown
from gateway.site.waitlist.held_slots import HeldSlotsShown, HeldSlotViews

HALF_AN_HOUR = timedelta(minutes=30)
MOST_AHEAD, MOST_OVER, PAST_ON_A_PAGE = 100, 20, 20
PAST = [ConsultationStatus.COMPLETED, ConsultationStatus.CANCELLED, ConsultationStatus.MISSED]


@dataclass(frozen=True, kw_only=True)
class ConsultationsPageQuery:
    """``cursor``: of the past ones."""

    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultationsShown:
    """``over``: those whose time has passed, of which the visitor can say how they went. ``next``:
    the cursor of the next page of past ones. ``zone``: of the times that are held."""

    ahead: list[ConsultationShown]
    over: list[ConsultationShown]
    past: list[ConsultationShown]
    next: str | None
    is_first: bool
    held: HeldSlotsShown


class ConsultationPages(OwnConsultations, HeldSlotViews):
    @page(
        "/consultations",
        query=ConsultationsPageQuery,
        template="consultations/list.html",
        allow=SIGNED_IN,
        errors=[BadCursor],
    )
    def consultations_page(
        self, query: ConsultationsPageQuery, visitor: Visitor
    ) -> ConsultationsShown:
        past = self.booking.list_consultations(query=_past(query.cursor))
        is_first = query.cursor is None
        current = self._consultations_now(visitor.now) if is_first else []
        found = [
            shown(each, visitor)
            for each in self._consultations_named([*current, *past.value["items"]])
        ]
        return ConsultationsShown(
            ahead=[each for each in found if each.phase in (Phase.AHEAD, Phase.NOW)],
            over=[each for each in found if each.phase is Phase.OVER],
            past=[each for each in found if each.consultation.status in PAST],
            next=past.value["next"],
            is_first=is_first,
            held=self.held_slots(visitor) if is_first else HeldSlotsShown(),
        )

    def _consultations_now(self, now: datetime) -> list[dict[str, object]]:
        """Those ahead, and those just over, of which no side has said anything."""
        booked = [ConsultationStatus.BOOKED]
        ahead = ConsultationsQuery(
            status=booked, starting_from=now - HALF_AN_HOUR, limit=MOST_AHEAD
        )
        over = ConsultationsQuery(status=booked, until=now - HALF_AN_HOUR, limit=MOST_OVER)
        return [
            each
            for query in (ahead, over)
            for each in self.booking.list_consultations(query=query).value["items"]
        ]

    def _consultations_named(self, items: list[dict[str, object]]) -> list[NamedConsultation]:
        return (
            self.named_page(Wire({"items": items, "next": None}, Page[NamedConsultation]))
            .load()
            .items
        )

    @page(
        "/consultations/{consultation_id}",
        template="consultations/one.html",
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def consultation_page(self, consultation_id: UUID, visitor: Visitor) -> ConsultationShown:
        return self.own_consultation(consultation_id, visitor)

    @page(
        "/consultations/{consultation_id}/calendar.ics",
        query=CalendarFileQuery,
        allow=SIGNED_IN,
        errors=[NotFound],
    )
    def consultation_file(
        self, consultation_id: UUID, query: CalendarFileQuery, visitor: Visitor
    ) -> Download:
        file = self.booking.get_consultation_file(
            consultation_id=consultation_id, discreet=query.discreet
        )
        return Download(file=file.load(), name="appointment.ics")


def _past(cursor: str | None) -> ConsultationsQuery:
    return ConsultationsQuery(status=PAST, cursor=cursor, limit=PAST_ON_A_PAGE)
