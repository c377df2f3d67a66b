"""What external calendars say, read again where it is meant otherwise now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.database.transaction import Transaction
from services.booking.external_calendars.queries import calendars_of


def reread_all(tx: Transaction, specialist_id: UUID, now: datetime) -> None:
    """Their owner is in another zone, so their days are other hours; what they blocked stays until
    they were read."""
    for each in tx.scalars(calendars_of(specialist_id).with_for_update()):
        each.read_anew(now)
