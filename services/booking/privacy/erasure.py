"""What becomes of somebody's hours and consultations when their account is erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from chassis.transaction import Transaction
from contracts.booking import CancellationReason, ConsultationStatus
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_ahead, with_content
from services.booking.feeds.calendar_feeds import CalendarFeed
from services.booking.holds.holds import Hold
from services.booking.outcomes.outcomes import Outcome
from services.booking.outside.removal import forget
from services.booking.rescue.facts import Facts
from services.booking.waitlist.offering import leave_all, release
from services.booking.waitlist.waits import Wait


def erase(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Cancel what lies ahead, on either side, and drop their calendar, the feed of it and the one
    elsewhere, what they said in private and what the two sides alone could read; harmless to
    repeat.

    What lies behind keeps the ids of both, and the other side its list: the id of an erased account
    leads nowhere.
    """
    forget(tx, account_id)
    tx.execute(delete(CalendarFeed).where(CalendarFeed.account_id == account_id))
    for ahead in tx.scalars(consultations_ahead(account_id, now)).all():
        _cancel(tx, ahead, account_id, now)
    for behind in tx.scalars(with_content(account_id)).all():
        tx.lock(Consultation, behind.id).forget_content()
    leave_all(tx, account_id, now)
    tx.execute(delete(Wait).where(Wait.specialist_id == account_id))
    tx.execute(delete(Hold).where(Hold.specialist_id == account_id))
    tx.execute(delete(Facts).where(Facts.specialist_id == account_id))
    tx.execute(delete(Outcome).where(Outcome.account_id == account_id))
    tx.execute(delete(Calendar).where(Calendar.specialist_id == account_id))


def _cancel(tx: Transaction, ahead: Consultation, account_id: UUID, now: datetime) -> None:
    """Whoever changes a consultation holds the calendar first, as whoever books does."""
    calendar = tx.get(Calendar, ahead.specialist_id, with_for_update=True)
    consultation = tx.lock(Consultation, ahead.id)
    if consultation.status != ConsultationStatus.BOOKED:
        return
    by = consultation.party(account_id)
    tx.emit(consultation.cancel(by, CancellationReason.ACCOUNT_ERASED, now))
    if calendar is not None and calendar.specialist_id != account_id:
        release(tx, calendar, {consultation.starts_at}, now)
