"""Queries of holds: of a specialist, of a client, and those to end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from services.booking.holds.holds import Hold


def holds_ahead(specialist_id: UUID, now: datetime) -> Select[Hold]:
    """A specialist's holds of times ahead, ended ones too."""
    return select(Hold).where(Hold.specialist_id == specialist_id, Hold.starts_at > now)


def holds_run_out(specialist_id: UUID, now: datetime) -> Select[Hold]:
    return select(Hold).where(
        Hold.specialist_id == specialist_id, Hold.ended.is_(False), Hold.until <= now
    )


def held_for(client_id: UUID, now: datetime) -> Select[Hold]:
    return (
        select(Hold)
        .where(Hold.client_id == client_id, Hold.ended.is_(False), Hold.until > now)
        .order_by(Hold.starts_at)
    )


def competing_holds(client_id: UUID, specialist_id: UUID, now: datetime) -> Select[UUID, UUID]:
    """The ids and specialists of the client's holds with other specialists that make the same
    consultation good as a hold with this one."""
    standing = (Hold.client_id == client_id, Hold.ended.is_(False), Hold.until > now)
    with_this_one = select(Hold.instead_of).where(*standing, Hold.specialist_id == specialist_id)
    return select(Hold.id, Hold.specialist_id).where(
        *standing, Hold.instead_of.in_(with_this_one), Hold.specialist_id != specialist_id
    )


def with_holds_to_end(now: datetime) -> Select[UUID]:
    """Specialists with a hold that has run out."""
    return select(Hold.specialist_id).where(Hold.ended.is_(False), Hold.until <= now).distinct()
