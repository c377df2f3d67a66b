"""How a client whose specialist cancelled or missed is offered times with others."""

from __future__ import annotations

from datetime import datetime

from chassis.transaction import Transaction
from contracts.booking import ConsultationCancelled, ConsultationMissed, RescueOffered
from services.booking.availability.calendars import Calendar
from services.booking.consultations.queries import engagements_of
from services.booking.holds.holds import Hold
from services.booking.rescue import fit, queries
from services.booking.rescue.facts import Facts
from services.booking.slots.queries import taken_times

LOOKED_AT = 200
LOCKED = 15
"""So many of the best are looked at closely: some will have no time that suits."""


def offer_others(
    tx: Transaction, event: ConsultationCancelled | ConsultationMissed, now: datetime
) -> None:
    """One time with each of up to five others, all held for the client."""
    tx.hold(f"client {event.client_id}")
    facts = tx.get(Facts, event.specialist_id)
    if facts is None or tx.is_forgotten(event.client_id):
        return
    query = queries.might_rescue(event.specialist_id, now + fit.WITHIN, LOOKED_AT)
    others = [(other, soonest) for other, soonest in tx.execute(query) if soonest is not None]
    fitting = fit.in_order_of_fit(facts, others, event.starts_at)[:LOCKED]
    calendars = {
        each: tx.get(Calendar, each, with_for_update=True)
        for each in sorted(facts.specialist_id for facts in fitting)  # as all do who lock several
    }
    held: list[Hold] = []
    for each in fitting:
        calendar = calendars[each.specialist_id]
        if calendar is not None and len(held) < fit.OFFERED:
            held += _held(tx, calendar, event, now)
    if held:
        slots = [each.to_resource() for each in held]
        tx.emit(
            RescueOffered(
                consultation_id=event.consultation_id, client_id=event.client_id, slots=slots
            )
        )


def _held(
    tx: Transaction,
    calendar: Calendar,
    event: ConsultationCancelled | ConsultationMissed,
    now: datetime,
) -> list[Hold]:
    taken = taken_times(tx, calendar.specialist_id, now)
    engagements = engagements_of(tx, event.client_id)
    free = calendar.free_times(taken, now).bookable(now)
    hold = fit.held(
        calendar,
        event.client_id,
        event.consultation_id,
        free,
        engagements,
        event.starts_at,
        now,
    )
    if hold is None:
        return []
    tx.add(hold)
    calendar.outdate()
    return [hold]
