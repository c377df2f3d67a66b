"""Facts that the decision to book needs: about the client, and the specialist's busy times.

One statement reads them, after the locks were taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)

from chassis.database.tables import UtcDateTime
from chassis.database.transaction import Transaction
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.base import Base
from services.booking.consultations.busy_times import (
    BUSY_TIMES,
    BusyRow,
    busy_from,
    busy_parameters,
)
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTS
from services.booking.holds.holds import Hold

BOOKING, HOLD, ERASED, BUSY = range(4)
COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": cast(null(), Uuid()),
    "specialist_id": cast(null(), Uuid()),
    "starts_at": cast(null(), UtcDateTime()),
    "until": cast(null(), UtcDateTime()),
    "status": cast(null(), Text()),
    "missed_by": cast(null(), Text()),
    "instead_of": cast(null(), Uuid()),
    "flag": cast(null(), Boolean()),
}
"""Of a row of any kind. ``until`` is also the end of a busy time, ``flag`` whether a hold has ended
or a busy time is held."""
CLIENT = bindparam("client_id", type_=Uuid())
FORGOTTEN = Base.metadata.tables["forgotten"]
BUSY_ROWS = BUSY_TIMES.subquery("busy_times")


def _rows(kind: int, **columns: Any) -> Select[Any]:
    """Rows of one kind, with null in the columns that only others have."""
    named = {**COLUMNS, **columns}
    return select(
        literal_column(str(kind), Integer).label("kind"),
        *(column.label(name) for name, column in named.items()),
    )


BOOKING_FACTS = union_all(
    _rows(
        BOOKING,
        id=Consultation.id,
        specialist_id=Consultation.specialist_id,
        starts_at=Consultation.starts_at,
        until=Consultation.disputable_until,
        status=Consultation.status,
        missed_by=Consultation.missed_by,
    ).where(Consultation.client_id == CLIENT, COUNTS),
    _rows(
        HOLD,
        id=Hold.id,
        specialist_id=Hold.specialist_id,
        until=Hold.until,
        instead_of=Hold.instead_of,
        flag=Hold.ended,
    ).where(Hold.client_id == CLIENT),
    _rows(ERASED, id=FORGOTTEN.c.id).where(FORGOTTEN.c.id == CLIENT),
    _rows(
        BUSY,
        starts_at=BUSY_ROWS.c.starts_at,
        until=BUSY_ROWS.c.ends_at,
        flag=BUSY_ROWS.c.held,
    ),
)


@dataclass(frozen=True)
class ClientHold:
    """A hold of the client. ``instead_of``: the consultation that it makes good."""

    id: UUID
    specialist_id: UUID
    instead_of: UUID | None
    is_active: bool


@dataclass(frozen=True)
class ClientFacts:
    """``bookings``: those that count in limits."""

    bookings: Sequence[ClientBooking]
    holds: Sequence[ClientHold]
    is_erased: bool

    def has_hold_with(self, specialist_id: UUID) -> bool:
        return any(each.specialist_id == specialist_id for each in self.holds)

    def competing_holds(self, specialist_id: UUID) -> list[ClientHold]:
        """The active holds with other specialists that make the same consultation good as one with
        this specialist."""
        active = [each for each in self.holds if each.is_active and each.instead_of is not None]
        here = {each.instead_of for each in active if each.specialist_id == specialist_id}
        return [
            each
            for each in active
            if each.instead_of in here and each.specialist_id != specialist_id
        ]


@dataclass(frozen=True)
class BookingFacts:
    """``busy``: when the specialist is, for this client."""

    client: ClientFacts
    busy: Busy


def booking_facts(
    tx: Transaction, *, client_id: UUID, calendar: Calendar, now: datetime
) -> BookingFacts:
    """The facts as they are committed now. What the transaction has not written yet is not among
    them."""
    since = calendar.matters_since(now)
    busy_given = busy_parameters(calendar.specialist_id, now, reader=client_id, since=since)
    given = {"client_id": client_id, **busy_given}
    bookings, holds, busy, is_erased = [], [], [], False
    for kind, *columns in tx.connection().execute(BOOKING_FACTS, given):
        id, specialist, starts_at, until, status, missed_by, instead_of, flag = columns
        if kind == BUSY:
            busy.append(BusyRow(starts_at, until, flag))
        elif kind == BOOKING:
            bookings.append(ClientBooking(id, specialist, starts_at, status, missed_by, until))
        elif kind == HOLD:
            holds.append(ClientHold(id, specialist, instead_of, not flag and now < until))
        else:
            is_erased = True
    return BookingFacts(ClientFacts(bookings, holds, is_erased), busy_from(busy))
