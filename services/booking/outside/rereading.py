"""What a calendar elsewhere says, read again where it is meant otherwise now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.transaction import Transaction
from services.booking.outside.outside_calendars import OutsideCalendar


def read_anew(tx: Transaction, specialist_id: UUID, now: datetime) -> None:
    """Its owner is in another zone, so its days are other hours; what it blocked stays until it
    was read."""
    outside = tx.get(OutsideCalendar, specialist_id, with_for_update=True)
    if outside is not None:
        outside.read_anew(now)
