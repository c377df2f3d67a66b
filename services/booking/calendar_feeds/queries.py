"""Queries of calendar feeds, and of the consultations in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select

from contracts.booking.consultations import ConsultationStatus
from services.booking.calendar_feeds.calendar_feeds import CalendarFeed
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import OF_ANY_STATUS, consultations_of

LOOKED_BACK = timedelta(days=31)
"""Keeps feeds short: calendars read them again and again."""
CANCELLED_SHOWN = timedelta(days=30)
"""Long enough for every subscribed calendar to learn of a cancellation."""


def in_feed_of(account_id: UUID, practises: bool, now: datetime) -> Select[Consultation]:
    """Consultations ahead and of the past month, with those cancelled within 30 days. Without the
    right to practise, only those that the account booked as a client."""
    theirs = consultations_of(account_id)
    return (
        (theirs if practises else theirs.where(Consultation.client_id == account_id))
        .where(
            OF_ANY_STATUS,
            Consultation.starts_at > now - LOOKED_BACK,
            or_(
                Consultation.status != ConsultationStatus.CANCELLED,
                Consultation.cancelled_at > now - CANCELLED_SHOWN,
            ),
        )
        .order_by(Consultation.starts_at, Consultation.id)
    )


def feed_under(digest: str) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.digest == digest)
