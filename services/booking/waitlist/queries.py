"""Queries of the waitlist."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CompoundSelect, Select, select, union

from services.booking.availability.calendars import Calendar
from services.booking.holds.holds import Hold
from services.booking.waitlist.waits import Wait


def waits_for(specialist_id: UUID) -> Select[Wait]:
    """The waits for a specialist, in the order in which times are offered."""
    return select(Wait).where(Wait.specialist_id == specialist_id).order_by(Wait.since, Wait.id)


def waits_of(client_id: UUID) -> Select[Wait]:
    return select(Wait).where(Wait.client_id == client_id).order_by(Wait.joined_at, Wait.id)


def waited_for_or_held_by(client_id: UUID) -> CompoundSelect[UUID]:
    """Specialists for whom the client waits, or with whom they have a hold."""
    return union(
        select(Wait.specialist_id).where(Wait.client_id == client_id),
        select(Hold.specialist_id).where(Hold.client_id == client_id),
    )


def waited_for() -> Select[UUID]:
    """Specialists for whom clients wait, or did at the last look."""
    return select(Calendar.specialist_id).where(Calendar.offered_at.is_not(None))
