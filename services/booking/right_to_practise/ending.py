"""Cancels consultations, and deletes notes, holds and feed, when a right to practise ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update

from chassis.database.transaction import Transaction
from contracts.booking.consultations import ConsultationsAtRisk
from contracts.profiles.right_to_practise import Standing
from services.booking.availability.calendars import Calendar
from services.booking.calendar_feeds.calendar_feeds import CalendarFeed
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.next_slots import announce_next_slots
from services.booking.holds.holds import Hold
from services.booking.holds.queries import open_holds_with
from services.booking.right_to_practise import queries


def follow(tx: Transaction, calendar: Calendar, standing: Standing, now: datetime) -> None:
    """Act on the calendar's new standing. Decision 38 has the table."""
    concerned = tx.scalars(queries.concerned(calendar.specialist_id, now)).all()
    by_start = sorted(concerned, key=lambda each: each.starts_at)
    ahead = [each for each in by_start if each.is_ahead(now)]
    if standing != Standing.GOOD:
        _tell_admins(tx, calendar.specialist_id, ahead, standing)
    if standing.may_practise:
        for each in ahead:
            each.clear_decision()
        return
    _close(tx, calendar.specialist_id, concerned)
    for each in ahead:
        if standing == Standing.LICENCE_EXPIRED:
            each.await_decision()
        else:
            tx.emit(each.cancel_for_unavailable(now))
    announce_next_slots(tx, calendar, now)


def cancel_undecided(tx: Transaction, consultation_id: UUID, now: datetime) -> None:
    """Cancel a consultation, unless an admin decided meanwhile or it has already begun."""
    found = tx.find(Consultation, consultation_id)
    tx.lock_name(f"client {found.client_id}")
    calendar = tx.get(Calendar, found.specialist_id, with_for_update=True)
    consultation = tx.lock(Consultation, consultation_id)
    if calendar is None or calendar.standing != Standing.LICENCE_EXPIRED:
        consultation.clear_decision()
    elif consultation.is_undecided(now):
        tx.emit(consultation.cancel_for_unavailable(now))
        announce_next_slots(tx, calendar, now)
    elif not consultation.is_ahead(now):
        consultation.clear_decision()


def _tell_admins(
    tx: Transaction, specialist_id: UUID, ahead: Sequence[Consultation], cause: Standing
) -> None:
    if ahead:
        at_risk = ConsultationsAtRisk(
            specialist_id=specialist_id,
            consultation_ids=[each.id for each in ahead],
            starts=[each.starts_at for each in ahead],
            time_zone=ahead[0].time_zone,
            cause=cause,
        )
        tx.emit(at_risk)


def _close(tx: Transaction, specialist_id: UUID, concerned: Collection[Consultation]) -> None:
    """Delete notes and the calendar feed, and end holds with the specialist."""
    for each in concerned:
        each.delete_note()
    tx.execute(delete(CalendarFeed).where(CalendarFeed.account_id == specialist_id))
    held = (Hold.specialist_id == specialist_id, Hold.ended.is_(False))
    tx.execute(update(Hold).where(*held).values(ended=True, sealed_note=None))
    for hold in tx.scalars(open_holds_with(specialist_id)).all():
        hold.end()
