"""How consultations that lie ahead follow a change of their specialist's place."""

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
    """Bring all that lie ahead to where the calendar says, and tell both sides of each.

    In one transaction: a client who was not told yet would go to the old place. Their number is
    bounded by the horizon. Raises ``NoPlace`` where they would have none.
    """
    ahead = tx.scalars(_ours(calendar, now)).all()
    calendar.require_place(meetings.makes_rooms, had_place and bool(ahead))
    for each in ahead:
        event = each.follow(calendar, meetings.new_link(), another_link, now)
        if event is not None:
            tx.emit(event)


def _ours(calendar: Calendar, now: datetime) -> Select[Consultation]:
    """Busy in the order in which everybody takes them, after the calendar."""
    ahead = consultations_ahead(calendar.specialist_id, now).order_by(None)
    locking = ahead.order_by(Consultation.id).with_for_update()
    return locking.execution_options(populate_existing=True)
