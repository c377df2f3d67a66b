"""Facts about a client that the decision to book needs, read by one statement after the locks."""

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
from sqlalchemy.orm import Session

from chassis.database.tables import UtcDateTime
from services.booking.base import Base
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.queries import COUNTING
from services.booking.holds.holds import Hold

BOOKING, HOLD, ERASED = range(3)
COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": cast(null(), Uuid()),
    "specialist_id": cast(null(), Uuid()),
    "starts_at": cast(null(), UtcDateTime()),
    "until": cast(null(), UtcDateTime()),
    "status": cast(null(), Text()),
    "missed_by": cast(null(), Text()),
    "instead_of": cast(null(), Uuid()),
    "ended": cast(null(), Boolean()),
}
CLIENT = bindparam("client_id", type_=Uuid())
FORGOTTEN = Base.metadata.tables["forgotten"]


def _rows(kind: int, **columns: Any) -> Select[Any]:
    """Rows of one kind, with null in the columns that only others have."""
    named = {**COLUMNS, **columns}
    return select(
        literal_column(str(kind), Integer).label("kind"),
        *(column.label(name) for name, column in named.items()),
    )


CLIENT_FACTS = union_all(
    _rows(
        BOOKING,
        id=Consultation.id,
        specialist_id=Consultation.specialist_id,
        starts_at=Consultation.starts_at,
        until=Consultation.disputable_until,
        status=Consultation.status,
        missed_by=Consultation.missed_by,
    ).where(Consultation.client_id == CLIENT, Consultation.status.in_(COUNTING)),
    _rows(
        HOLD,
        id=Hold.id,
        specialist_id=Hold.specialist_id,
        until=Hold.until,
        instead_of=Hold.instead_of,
        ended=Hold.ended,
    ).where(Hold.client_id == CLIENT),
    _rows(ERASED, id=FORGOTTEN.c.id).where(FORGOTTEN.c.id == CLIENT),
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


def client_facts(session: Session, client_id: UUID, now: datetime) -> ClientFacts:
    """The facts about a client as they are committed now."""
    bookings, holds, is_erased = [], [], False
    for row in session.execute(CLIENT_FACTS, {"client_id": client_id}):
        if row.kind == BOOKING:
            bookings.append(
                ClientBooking(
                    row.id, row.specialist_id, row.starts_at, row.status, row.missed_by, row.until
                )
            )
        elif row.kind == HOLD:
            is_active = not row.ended and now < row.until
            holds.append(ClientHold(row.id, row.specialist_id, row.instead_of, is_active))
        else:
            is_erased = True
    return ClientFacts(bookings, holds, is_erased)
