"""When a specialist is busy: consultations, holds and external calendars, read in one query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, cast, false, null, select, true, union_all
from sqlalchemy.orm import Session

from chassis.database.tables import UtcDateTime
from services.booking.availability.busy import Busy, Interval, merged
from services.booking.availability.calendars import COUNTED_BACK, LONGEST_BUFFER
from services.booking.availability.external_busy_times import BusyTime
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTS
from services.booking.holds.holds import Hold
from services.booking.holds.queries import OPEN
from services.booking.holds.sign_up_holds import SignUpHold

NO_TIME = cast(null(), UtcDateTime())
BUSY_TIMES = union_all(
    select(Consultation.starts_at, NO_TIME.label("ends_at"), false().label("held")).where(
        Consultation.specialist_id == bindparam("specialist_id"),
        COUNTS,
        Consultation.starts_at > bindparam("since"),
    ),
    select(BusyTime.starts_at, BusyTime.ends_at, false()).where(
        BusyTime.specialist_id == bindparam("specialist_id"),
        BusyTime.ends_at > bindparam("buffered_since"),
    ),
    select(Hold.starts_at, NO_TIME, true()).where(
        Hold.specialist_id == bindparam("specialist_id"),
        Hold.ended.is_(False),
        Hold.client_id.is_distinct_from(bindparam("reader")),
    ),
    select(SignUpHold.starts_at, NO_TIME, true()).where(
        SignUpHold.specialist_id == bindparam("specialist_id"), OPEN
    ),
)
"""A row with an end comes from an external calendar. A hold counts until the clock ends it and
offers its time to the next client who waits."""


def busy_times(
    session: Session,
    specialist_id: UUID,
    now: datetime,
    reader: UUID | None = None,
    since: datetime | None = None,
) -> Busy:
    """The specialist's busy times: consultations, external calendars, and holds of sign-ups and of
    clients other than the reader. ``since``: the earliest start of a consultation, by default of
    those that count in any limit."""
    given = busy_parameters(specialist_id, now, reader, since)
    return busy_from(BusyRow._make(row) for row in session.execute(BUSY_TIMES, given))


class BusyRow(NamedTuple):
    """A row of ``BUSY_TIMES``."""

    starts_at: datetime
    ends_at: datetime | None
    held: bool


def busy_parameters(
    specialist_id: UUID,
    now: datetime,
    reader: UUID | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """What ``BUSY_TIMES`` is asked with; see ``busy_times``."""
    return {
        "specialist_id": specialist_id,
        "since": since or now - COUNTED_BACK,
        "buffered_since": now - LONGEST_BUFFER,
        "reader": reader,
    }


def busy_from(rows: Iterable[BusyRow]) -> Busy:
    """The busy times of these rows of ``BUSY_TIMES``."""
    booked: set[datetime] = set()
    held: set[datetime] = set()
    elsewhere: list[Interval] = []
    for starts_at, ends_at, is_held in rows:
        if ends_at is not None:
            elsewhere.append(Interval(starts_at, ends_at))
        else:
            (held if is_held else booked).add(starts_at)
    return Busy(frozenset(booked), frozenset(held), tuple(merged(elsewhere)))
