"""What stands against a specialist's slots, and what is held for one reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import Session

from chassis.database.tables import UtcDateTime
from services.booking.availability.busy import Interval, Taken, merged
from services.booking.availability.calendars import COUNTED_BACK, Calendar
from services.booking.availability.external_busy_times import BusyTime
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTING
from services.booking.holds.holds import Hold

LONGEST_BUFFER = timedelta(hours=2)
"""So long may time be kept free after what is elsewhere."""
NO_TIME = cast(null(), UtcDateTime())
HELD = (
    Hold.specialist_id == bindparam("specialist_id"),
    Hold.ended.is_(False),
)
"""Until a clock has ended them, and offered their times to the next who waits."""
TAKEN_TIMES = union_all(
    select(Consultation.starts_at, NO_TIME.label("ends_at"), literal(False).label("held")).where(
        Consultation.specialist_id == bindparam("specialist_id"),
        Consultation.status.in_(COUNTING),
        Consultation.starts_at > bindparam("since"),
    ),
    select(BusyTime.starts_at, BusyTime.ends_at, literal(False)).where(
        BusyTime.specialist_id == bindparam("specialist_id"),
        BusyTime.ends_at > bindparam("kept_free_since"),
    ),
    select(Hold.starts_at, NO_TIME, literal(True)).where(
        *HELD, Hold.client_id.is_distinct_from(bindparam("reader"))
    ),
)
"""Consultations; with an end, what is elsewhere; and what is held."""
STATE = select(
    Calendar.revision,
    Calendar.offered_at,
    exists().where(*HELD, Hold.client_id == bindparam("reader")).label("holds"),
).where(Calendar.specialist_id == bindparam("specialist_id"))


class State(NamedTuple):
    """What is asked of a calendar with each look at it: its revision, as of when what time opens
    is shown, and whether something is held for the reader alone."""

    revision: int
    shown_as_of: datetime | None
    holds: bool


def taken_times(
    session: Session, specialist_id: UUID, now: datetime, reader: UUID | None = None
) -> Taken:
    """When the specialist's consultations start, those still to come and those that count; what
    is held for others than the reader; and what the specialist has elsewhere."""
    given = {
        "specialist_id": specialist_id,
        "since": now - COUNTED_BACK,
        "kept_free_since": now - LONGEST_BUFFER,
    }
    starts: list[datetime] = []
    busy: list[Interval] = []
    held: list[datetime] = []
    for starts_at, ends_at, is_held in session.execute(TAKEN_TIMES, {**given, "reader": reader}):
        if ends_at is not None:
            busy.append(Interval(starts_at, ends_at))
        else:
            (held if is_held else starts).append(starts_at)
    return Taken(starts, merged(busy), held)


def state_of(session: Session, specialist_id: UUID, reader: UUID | None) -> State | None:
    """``None`` where there is no calendar."""
    found = session.execute(STATE, {"specialist_id": specialist_id, "reader": reader}).first()
    return None if found is None else State(found.revision, found.offered_at, found.holds)
