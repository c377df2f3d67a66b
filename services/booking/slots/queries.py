"""Queries of slots: whether cached ones are still true for a reader, and zones of specialists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from contracts.booking.slots import SpecialistTimeZone
from services.booking.availability.calendars import Calendar
from services.booking.holds.holds import Hold

STATE = select(
    Calendar.revision,
    Calendar.offered_at,
    exists()
    .where(
        Hold.specialist_id == bindparam("specialist_id"),
        Hold.ended.is_(False),
        Hold.client_id == bindparam("reader"),
    )
    .label("has_holds"),
).where(Calendar.specialist_id == bindparam("specialist_id"))


class CalendarState(NamedTuple):
    """A calendar's revision; up to when the times that the horizon or a budget opened are shown;
    and whether the reader has holds in it, so that they see other slots than the rest."""

    revision: int
    shown_as_of: datetime | None
    has_holds: bool


def state_of(session: Session, specialist_id: UUID, reader: UUID | None) -> CalendarState | None:
    """``None`` where the specialist has no calendar."""
    found = session.execute(STATE, {"specialist_id": specialist_id, "reader": reader}).first()
    if found is None:
        return None
    return CalendarState(found.revision, found.offered_at, found.has_holds)


def own_time_zones(session: Session, specialist_ids: Collection[UUID]) -> list[SpecialistTimeZone]:
    """The time zones of these specialists' calendars. Specialists without a calendar are left
    out."""
    known = select(Calendar.specialist_id, Calendar.time_zone).where(
        Calendar.specialist_id.in_(specialist_ids)
    )
    return [
        SpecialistTimeZone(specialist_id=id, time_zone=zone) for id, zone in session.execute(known)
    ]
