"""Reads all external calendars again after their owner's time zone has changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.database.transaction import Transaction
from services.booking.external_calendars.queries import calendars_of


def reread_all(tx: Transaction, specialist_id: UUID, now: datetime) -> None:
    """In another zone, whole days are other hours. The old busy times stay until the reading."""
    for each in tx.scalars(calendars_of(specialist_id).with_for_update()):
        each.read_anew(now)
