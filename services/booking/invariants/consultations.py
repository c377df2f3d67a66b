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

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, or_, select
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
    """The consultations whose id, client or specialist is above ``after``, up to ``last``."""

    after: UUID = FIRST_ID
    last: UUID = LAST_ID


def _overlapping(
    whose: InstrumentedAttribute[UUID],
    statuses: tuple[ConsultationStatus, ...],
    *conditions: ColumnElement[bool],
) -> Select[UUID, UUID]:
    """Compares each row with the one before it: all pairs would be too many. That each lasts half
    an hour is checked by itself, so an index has all that this reads."""
    id, starts_at = Consultation.id, Consultation.starts_at
    previous_id = func.lag(id, type_=id.type)
    previous_starts_at = func.lag(starts_at, type_=starts_at.type)
    neighbours = (
        select(
            id,
            starts_at,
            previous_id.over(partition_by=whose, order_by=(starts_at, id)).label("previous_id"),
            previous_starts_at.over(partition_by=whose, order_by=(starts_at, id)).label("previous"),
        )
        .where(Consultation.status.in_(statuses), *conditions)
        .subquery()
    )
    return select(neighbours.c.previous_id, neighbours.c.id).where(
        neighbours.c.starts_at < half_an_hour_after(neighbours.c.previous)
    )


BOOKED = Consultation.status == ConsultationStatus.BOOKED
COMPLETED = Consultation.status == ConsultationStatus.COMPLETED
MISSED = Consultation.status == ConsultationStatus.MISSED
CANCELLED = Consultation.status == ConsultationStatus.CANCELLED
HAD = or_(BOOKED, COMPLETED, and_(MISSED, Consultation.missed_by == Party.CLIENT))
"""It counts as the one free consultation of its client and specialist."""
NOW = bindparam("now", type_=UtcDateTime())
Column = InstrumentedAttribute[UUID]


def _in_part(column: Column) -> ColumnElement[bool]:
    return and_(
        column > bindparam("after", type_=Uuid()), column <= bindparam("last", type_=Uuid())
    )


BY_ID, BY_CLIENT, BY_SPECIALIST = (
    _in_part(each) for each in (Consultation.id, Consultation.client_id, Consultation.specialist_id)
)


def _meets(start: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The consultation overlaps the half hour that begins at ``start``."""
    return and_(Consultation.starts_at < half_an_hour_after(start), Consultation.ends_at > start)


Queries = dict[str, Select[*tuple[UUID, ...]]]

OF_THE_HISTORY: dict[str, Queries] = {
    "id": {
        "a consultation lasts half an hour": (
            select(Consultation.id).where(
                BY_ID, Consultation.ends_at != half_an_hour_after(Consultation.starts_at)
            )
        ),
        "client and specialist are two accounts": (
            select(Consultation.id).where(
                BY_ID, Consultation.client_id == Consultation.specialist_id
            )
        ),
        "missed consultations, and no others, name a side": (
            select(Consultation.id).where(
                BY_ID,
                or_(
                    and_(MISSED, Consultation.missed_by.is_(None)),
                    and_(~MISSED, Consultation.missed_by.is_not(None)),
                ),
            )
        ),
        "cancelled consultations, and no others, name a side": (
            select(Consultation.id).where(
                BY_ID,
                or_(
                    and_(CANCELLED, Consultation.cancelled_by.is_(None)),
                    and_(~CANCELLED, Consultation.cancelled_by.is_not(None)),
                ),
            )
        ),
    },
    "specialist_id": {
        "no overlap for a specialist": _overlapping(
            Consultation.specialist_id, COUNTING, BY_SPECIALIST
        ),
    },
    "client_id": {
        "one free consultation for each pair": (
            select(Consultation.client_id, Consultation.specialist_id)
            .where(BY_CLIENT, HAD)
            .group_by(Consultation.client_id, Consultation.specialist_id)
            .having(func.count() > 1)
        ),
    },
}
"""Of all consultations, in parts by this column: an index has the rows of a part side by side."""
OF_THE_PRESENT: Queries = {
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


def parts(session: Session, by: str) -> Iterator[Part]:
    """Parts by this column, which together have every consultation once."""
    column: Column = getattr(Consultation, by)
    end = (
        select(column)
        .where(column > bindparam("after", type_=Uuid()))
        .order_by(column)
        .offset(ROWS_AT_ONCE - 1)
        .limit(1)
    )
    after = FIRST_ID
    while after < LAST_ID:
        part = Part(after, session.scalar(end, {"after": after}) or LAST_ID)
        yield part
        after = part.last


def of_history(session: Session, by: str, name: str, part: Part) -> Iterator[Breach]:
    """The rows of a part that break this invariant."""
    for row in session.execute(OF_THE_HISTORY[by][name], part._asdict()):
        yield Breach(name, tuple(row))


def of_present(session: Session, name: str, now: datetime) -> Iterator[Breach]:
    """The rows that break this invariant."""
    for row in session.execute(OF_THE_PRESENT[name], {"now": now}):
        yield Breach(name, tuple(row))
