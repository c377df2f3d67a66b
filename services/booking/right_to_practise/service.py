"""Follows the right to practise, cancels consultations in time, and lists those at risk."""

from __future__ import annotations

from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.messaging.subscribe import subscribe
from chassis.pagination import Page, PageQuery
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.times import utc_now
from contracts.booking.at_risk import ConsultationAtRisk
from contracts.profiles.accounts import Role
from contracts.profiles.right_to_practise import RightToPractiseChanged
from services.booking import dependencies
from services.booking.availability.calendars import Calendar
from services.booking.right_to_practise import queries
from services.booking.right_to_practise.at_risk import page_at_risk
from services.booking.right_to_practise.ending import cancel_undecided, follow

ROUND_S = 55.0


class RightsToPractise:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def list_consultations_at_risk(self, page: PageQuery) -> Page[ConsultationAtRisk]:
        self.caller.with_role(Role.ADMIN)
        with self.store.reading() as session:
            return page_at_risk(session, page, utc_now())

    @subscribe(RightToPractiseChanged)
    def follow_right_to_practise(self, event: RightToPractiseChanged, tx: Transaction) -> None:
        calendar = tx.lock_or_create(Calendar, event.specialist_id)
        now = utc_now()
        if calendar.learn_right(event.standing, event.version, now):
            follow(tx, calendar, event.standing, now)

    @every(minutes=1)
    def cancel_undecided_consultations(self) -> None:
        """Cancel consultations 48 hours before their start if the licence has expired."""
        with self.store.reading() as session:
            due = list(session.scalars(queries.undecided(utc_now())))
        for_each(due, self._cancel_undecided, within_s=ROUND_S)

    def _cancel_undecided(self, consultation_id: UUID) -> None:
        with self.store.transaction() as tx:
            cancel_undecided(tx, consultation_id, utc_now())
