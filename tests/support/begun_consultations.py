"""Consultations whose time has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from chassis.store import Store
from services.booking.consultations.consultations import Consultation

AN_HOUR = timedelta(hours=1)
AN_HOUR_AGO = datetime.now(UTC).replace(microsecond=0) - AN_HOUR


def let_begin(store: Store, consultation_id: UUID, starts_at: datetime = AN_HOUR_AGO) -> None:
    """As if it had been booked for this time."""
    ends_at = starts_at + timedelta(minutes=30)
    with store.transaction() as tx:
        tx.execute(
            update(Consultation)
            .where(Consultation.id == consultation_id)
            .values(starts_at=starts_at, ends_at=ends_at)
        )
