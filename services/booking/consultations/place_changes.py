"""Moves consultations ahead to a specialist's new place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select

from chassis.database.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import consultations_ahead
from services.booking.meetings import Meetings


def follow_place(
    tx: Transaction,
    calendar: Calendar,
    meetings: Meetings,
    had_place: bool,
    another_link: bool,
    now: datetime,
) -> None:
    """Move all consultations ahead to the calendar's place, and emit an event for each.

    In one transaction, so that no client goes to the old place unnotified. The horizon bounds
    their number. ``another_link``: the specialist's own link was replaced. Raises ``NoPlace``
    where they would have no place.
    """
    ahead = tx.scalars(_lock_ahead(calendar, now)).all()
    calendar.require_place(meetings.makes_rooms, had_place and bool(ahead))
    for each in ahead:
        event = each.follow(calendar, meetings.new_link(), another_link, now)
        if event is not None:
            tx.emit(event)


def _lock_ahead(calendar: Calendar, now: datetime) -> Select[Consultation]:
    """Locked by id, after the calendar: the order of ``locking``."""
    ahead = consultations_ahead(calendar.specialist_id, now).order_by(None)
    locking = ahead.order_by(Consultation.id).with_for_update()
    return locking.execution_options(populate_existing=True)
