"""Invariants of consultations, as queries that find rows which break them.

The aggregates keep these rules; the queries look at the stored rows and trust no aggregate. Those
that read the whole history do so in parts: a query whose time grew with every year would one day
need more than a statement may.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from chassis.database.tables import UtcDateTime
from contracts.booking.consultations import ConsultationStatus, Party
from services.booking.availability.calendars import Calendar
from services.booking.consultations.client_limits import MOST_OPEN_BOOKINGS
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTING
from services.booking.holds.holds import Hold
from services.booking.holds.queries import OPEN
from services.booking.holds.sign_up_holds import SignUpHold
from services.booking.invariants.breaches import Breach
from services.booking.invariants.sql_functions import half_an_hour_after

ROWS_AT_ONCE = 100_000
"""About as many consultations are in a part; more where one specialist has more."""
FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)


class Part(NamedTuple):
    """The consultations of specialists whose ids are above ``after``, up to ``last``."""

    after: UUID = FIRST_ID
    last: UUID = LAST_ID


def _overlapping(
    whose: InstrumentedAttribute[UUID],
    statuses: tuple[ConsultationStatus, ...],
    *conditions: ColumnElement[bool],
) -> Select[UUID, UUID]:
    """Compares each row with the one before it: all pairs would be too many."""
    id, starts_at = Consultation.id, Consultation.starts_at
    previous_id = func.lag(id, type_=id.type)
    previous_ends_at = func.lag(Consultation.ends_at, type_=starts_at.type)
    neighbours = (
        select(
            id,
            starts_at,
            previous_id.over(partition_by=whose, order_by=(starts_at, id)).label("previous_id"),
            previous_ends_at.over(partition_by=whose, order_by=(starts_at, id)).label("free_from"),
        )
        .where(Consultation.status.in_(statuses), *conditions)
        .subquery()
    )
    return select(neighbours.c.previous_id, neighbours.c.id).where(
        neighbours.c.starts_at < neighbours.c.free_from
    )


BOOKED = Consultation.status == ConsultationStatus.BOOKED
COMPLETED = Consultation.status == ConsultationStatus.COMPLETED
MISSED = Consultation.status == ConsultationStatus.MISSED
CANCELLED = Consultation.status == ConsultationStatus.CANCELLED
HAD = or_(BOOKED, COMPLETED, and_(MISSED, Consultation.missed_by == Party.CLIENT))
"""It counts as the one free consultation of its client and specialist."""
NOW = bindparam("now", type_=UtcDateTime())
IN_PART = and_(
    Consultation.specialist_id > bindparam("after", type_=Uuid()),
    Consultation.specialist_id <= bindparam("last", type_=Uuid()),
)
END_OF_PART = (
    select(Consultation.specialist_id)
    .where(Consultation.specialist_id > bindparam("after", type_=Uuid()))
    .order_by(Consultation.specialist_id)
    .offset(bindparam("rows", type_=Integer()))
    .limit(1)
)


def _meets(start: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The consultation overlaps the half hour that begins at ``start``."""
    return and_(Consultation.starts_at < half_an_hour_after(start), Consultation.ends_at > start)


OF_THE_HISTORY: dict[str, Select[*tuple[UUID, ...]]] = {
    "a consultation lasts half an hour": (
        select(Consultation.id).where(
            IN_PART, Consultation.ends_at != half_an_hour_after(Consultation.starts_at)
        )
    ),
    "no overlap for a specialist": _overlapping(Consultation.specialist_id, COUNTING, IN_PART),
    "one free consultation for each pair": (
        select(Consultation.client_id, Consultation.specialist_id)
        .where(IN_PART, HAD)
        .group_by(Consultation.client_id, Consultation.specialist_id)
        .having(func.count() > 1)
    ),
    "client and specialist are two accounts": (
        select(Consultation.id).where(IN_PART, Consultation.client_id == Consultation.specialist_id)
    ),
    "missed consultations, and no others, name a side": (
        select(Consultation.id).where(
            IN_PART,
            or_(
                and_(MISSED, Consultation.missed_by.is_(None)),
                and_(~MISSED, Consultation.missed_by.is_not(None)),
            ),
        )
    ),
    "cancelled consultations, and no others, name a side": (
        select(Consultation.id).where(
            IN_PART,
            or_(
                and_(CANCELLED, Consultation.cancelled_by.is_(None)),
                and_(~CANCELLED, Consultation.cancelled_by.is_not(None)),
            ),
        )
    ),
}
"""Of all consultations, in parts."""
OF_THE_PRESENT: dict[str, Select[*tuple[UUID, ...]]] = {
    "no overlap for a client": _overlapping(Consultation.client_id, (ConsultationStatus.BOOKED,)),
    "at most three open bookings for a client": (
        select(Consultation.client_id)
        .where(BOOKED, Consultation.ends_at > NOW)
        .group_by(Consultation.client_id)
        .having(func.count() > MOST_OPEN_BOOKINGS)
    ),
    "the next slot is not taken": (
        select(Calendar.specialist_id, Consultation.id)
        .join(Consultation, Consultation.specialist_id == Calendar.specialist_id)
        .where(BOOKED, _meets(Calendar.next_slot_at))
    ),
    "a held time is booked by its client only": (
        select(Hold.id, Consultation.id)
        .join(Consultation, Consultation.specialist_id == Hold.specialist_id)
        .where(
            BOOKED,
            Hold.ended.is_(False),
            Hold.client_id != Consultation.client_id,
            _meets(Hold.starts_at),
            func.coalesce(Consultation.rescheduled_at, Consultation.booked_at) < Hold.until,
        )
    ),
    "a time held for a sign-up is booked by no client": (
        select(SignUpHold.id, Consultation.id)
        .join(Consultation, Consultation.specialist_id == SignUpHold.specialist_id)
        .where(
            BOOKED,
            OPEN,
            _meets(SignUpHold.starts_at),
            func.coalesce(Consultation.rescheduled_at, Consultation.booked_at) < SignUpHold.until,
        )
    ),
    "consultations ahead have a place": (
        select(Consultation.id).where(
            BOOKED,
            Consultation.starts_at > NOW,
            Consultation.meeting_address.is_(None),
            Consultation.meeting_link.is_(None),
            Consultation.own_link.is_(False),
        )
    ),
}
"""Of what is booked or held: an index finds it."""


def parts(session: Session) -> Iterator[Part]:
    """Parts that together have every consultation once."""
    after = FIRST_ID
    while after < LAST_ID:
        given = {"after": after, "rows": ROWS_AT_ONCE - 1}
        part = Part(after, session.scalar(END_OF_PART, given) or LAST_ID)
        yield part
        after = part.last


def of_history(session: Session, part: Part, name: str) -> Iterator[Breach]:
    """The rows of a part that break this invariant."""
    for row in session.execute(OF_THE_HISTORY[name], part._asdict()):
        yield Breach(name, tuple(row))


def of_present(session: Session, name: str, now: datetime) -> Iterator[Breach]:
    """The rows that break this invariant."""
    for row in session.execute(OF_THE_PRESENT[name], {"now": now}):
        yield Breach(name, tuple(row))
