"""Offers times with other specialists to a client whose specialist cancelled or missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database.transaction import Transaction
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import ConsultationCancelled
from contracts.booking.holds import RescueOffered
from services.booking.availability.calendars import Calendar
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.locking import lock_calendars
from services.booking.consultations.queries import client_bookings
from services.booking.holds.holds import MOST_HELD, Hold
from services.booking.holds.queries import held_for
from services.booking.rescue import queries
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.matching import (
    HELD_FOR,
    WITHIN,
    StandIn,
    best_first,
    nearest_time,
)
from services.booking.rescue.specialist_facts import SpecialistFacts

LOOKED_AT = 100
"""How many matching specialists are asked for their nearest time."""
LOCKED = 15
"""How many of the best are locked: other clients may book some of their times meanwhile."""


def offer_others(
    tx: Transaction, event: ConsultationCancelled | ConsultationMissed, now: datetime
) -> None:
    """Hold one time with each of up to five other specialists for the client. Happens once for a
    consultation, and only while it is still lost."""
    tx.lock_name(f"client {event.client_id}")
    lost = tx.lock_or_create(LostConsultation, event.consultation_id)
    if not lost.needs_rescue(tx.find(Consultation, event.consultation_id)):
        return
    facts = tx.get(SpecialistFacts, event.specialist_id)
    if facts is not None:
        lost.remember_wanted(facts)
    if not tx.is_erased(event.client_id):
        _offer(tx, lost, event, now)
    lost.close(now)


def _offer(
    tx: Transaction,
    lost: LostConsultation,
    event: ConsultationCancelled | ConsultationMissed,
    now: datetime,
) -> None:
    meant_for = max(event.starts_at, now)
    bookings = client_bookings(tx, event.client_id)
    room = MOST_HELD - len(tx.scalars(held_for(event.client_id, now)).all())
    best = _stand_ins(tx, lost, event.specialist_id, bookings, meant_for, now)[:LOCKED]
    calendars = lock_calendars(tx, [each.facts.specialist_id for each in best])
    held: list[Hold] = []
    for each in best:
        calendar = calendars.get(each.facts.specialist_id)
        if calendar is not None and len(held) < room:
            held += _held(tx, calendar, event, bookings, meant_for, now)
    if held:
        slots = [each.to_resource() for each in held]
        tx.emit(
            RescueOffered(
                consultation_id=event.consultation_id,
                client_id=event.client_id,
                slots=slots,
                time_zone=event.time_zone,
            )
        )


def _stand_ins(
    tx: Transaction,
    lost: LostConsultation,
    instead_of: UUID,
    bookings: Collection[ClientBooking],
    meant_for: datetime,
    now: datetime,
) -> Sequence[StandIn]:
    """Candidates, the best first, without locks on their calendars."""
    query = queries.possible_stand_ins(lost, instead_of, meant_for, meant_for + WITHIN, LOOKED_AT)
    found = []
    for facts, calendar in tx.execute(query).all():
        starts_at = _nearest_time(tx, calendar, bookings, meant_for, now)
        if starts_at is not None:
            found.append(StandIn(facts, starts_at))
    return best_first(lost, found, meant_for)


def _nearest_time(
    tx: Transaction,
    calendar: Calendar,
    bookings: Collection[ClientBooking],
    meant_for: datetime,
    now: datetime,
) -> datetime | None:
    busy = busy_times(tx, calendar.specialist_id, now)
    return nearest_time(calendar, busy, bookings, meant_for, now)


def _held(
    tx: Transaction,
    calendar: Calendar,
    event: ConsultationCancelled | ConsultationMissed,
    bookings: Collection[ClientBooking],
    meant_for: datetime,
    now: datetime,
) -> list[Hold]:
    starts_at = _nearest_time(tx, calendar, bookings, meant_for, now)
    if starts_at is None:
        return []
    specialist_id, until = calendar.specialist_id, now + HELD_FOR
    hold = Hold.of(specialist_id, event.client_id, starts_at, until, event.consultation_id)
    tx.add(hold)
    calendar.bump_revision()
    return [hold]
