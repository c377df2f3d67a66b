"""Queries of consultations: of a client, of a specialist, ahead, and with content to delete."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from contracts.booking.consultations import ConsultationStatus
from services.booking.consultations.client_limits import ClientBooking
from services.booking.consultations.consultations import Consultation

COUNTING = (ConsultationStatus.BOOKED, ConsultationStatus.COMPLETED, ConsultationStatus.MISSED)
"""The statuses that take up a specialist's time and count in their limits."""
COUNTS = Consultation.status.in_([literal_column(f"'{each}'", Text()) for each in COUNTING])
"""The consultations that do. The statuses are constants of the statement: a list of parameters
would be composed at each call."""
CONTENT = (
    Consultation.sealed_note,
    Consultation.meeting_link,
    Consultation.meeting_address,
    Consultation.note_read_at,
    Consultation.note_read_from,
)
"""What only the two sides may know. ``Consultation.forget_content`` deletes all of it."""
CONTENT_KEPT = timedelta(days=30)
"""Retention after the end, in case the two sides have to talk about it."""
OF_ANY_STATUS = Consultation.status.in_(tuple(ConsultationStatus))
"""Always true. The indexes of one side's consultations are by status, then by start: with this, a
condition on the start bounds what is read of them."""
CLIENT_BOOKINGS = select(
    Consultation.id,
    Consultation.specialist_id,
    Consultation.starts_at,
    Consultation.status,
    Consultation.missed_by,
    Consultation.disputable_until,
).where(
    Consultation.client_id == bindparam("client_id"),
    COUNTS,
    Consultation.id.is_distinct_from(bindparam("excluding")),
)


def client_bookings(
    session: Session, client_id: UUID, excluding: UUID | None = None
) -> list[ClientBooking]:
    """The client's consultations that were not cancelled, without the one ``excluding`` names."""
    given = {"client_id": client_id, "excluding": excluding}
    return [ClientBooking(*row) for row in session.execute(CLIENT_BOOKINGS, given)]


def consultations_of(account_id: UUID) -> Select[Consultation]:
    """Those of an account, on either side."""
    return select(Consultation).where(
        or_(Consultation.client_id == account_id, Consultation.specialist_id == account_id)
    )


def consultations_ahead(specialist_id: UUID, now: datetime) -> Select[Consultation]:
    """Booked ones with a specialist that have not begun, the next first."""
    return (
        select(Consultation)
        .where(Consultation.specialist_id == specialist_id, *_ahead(now))
        .order_by(Consultation.starts_at)
    )


def with_something_to_erase(account_id: UUID, now: datetime) -> Select[Consultation]:
    """Those of an account, on either side, that lie ahead or have content to delete."""
    return consultations_of(account_id).where(
        or_(and_(*_ahead(now)), *(each.is_not(None) for each in CONTENT))
    )


def with_old_content(now: datetime) -> Select[UUID]:
    """Ids of consultations with content past its retention, the oldest first."""
    return (
        select(Consultation.id)
        .where(Consultation.ends_at < now - CONTENT_KEPT)
        .where(or_(*(each.is_not(None) for each in CONTENT)))
        .order_by(Consultation.ends_at)
    )


def _ahead(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Consultation.status == ConsultationStatus.BOOKED, Consultation.starts_at > now
