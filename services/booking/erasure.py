"""What becomes of somebody's hours and consultations when their account is erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from chassis.transaction import Transaction
from contracts.booking import CancellationReason, ConsultationStatus
from services.booking import queries
from services.booking.calendars import Calendar
from services.booking.consultations import Consultation


def erase(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Cancel what lies ahead, on either side, and drop their calendar; harmless to repeat.

    What lies behind keeps the ids of both, and the other side its list: the id of an erased account
    leads nowhere.
    """
    for ahead in tx.scalars(queries.consultations_ahead(account_id, now)).all():
        _cancel(tx, ahead, account_id, now)
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
        booked = queries.booked_times(tx, calendar.specialist_id, now)
        tx.emit(*calendar.review(booked, now))
