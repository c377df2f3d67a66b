"""What a client has booked, and what that leaves open to them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.booking.consultations import (
    AlreadyBooked,
    BookingPaused,
    ConsultationStatus,
    OverlappingBooking,
    Party,
    TooManyBookings,
)
from services.booking.availability.opening_hours import SLOT
from services.booking.consultations.no_shows import paused_until

OPEN_AT_ONCE = 3


@dataclass(frozen=True)
class ClientBooking:
    """One consultation of a client: with whom, when, and what became of it."""

    id: UUID
    specialist_id: UUID
    starts_at: datetime
    status: str
    missed_by: str | None = None
    disputable_until: datetime | None = None
    """Until then a side may still say that it took place."""

    @property
    def takes_time(self) -> bool:
        return self.status in (ConsultationStatus.BOOKED, ConsultationStatus.COMPLETED)

    def lies_ahead(self, now: datetime) -> bool:
        """What is over may stay booked for two days, until somebody says what became of it."""
        return self.status == ConsultationStatus.BOOKED and now < self.starts_at + SLOT

    def counts(self, now: datetime) -> bool:
        """Whether it is the one that a client may have with a specialist.

        What the specialist missed is not, once that is settled.
        """
        if self.status != ConsultationStatus.MISSED:
            return self.takes_time
        settled = self.disputable_until is None or self.disputable_until <= now
        return self.missed_by == Party.CLIENT or not settled


def require_free(
    bookings: Collection[ClientBooking], specialist_id: UUID, starts_at: datetime, now: datetime
) -> None:
    """Raises what a client's other consultations have against one more."""
    require_not_met(bookings, specialist_id, now)
    require_no_overlap(bookings, starts_at)
    open_ = [each for each in bookings if each.lies_ahead(now)]
    if len(open_) >= OPEN_AT_ONCE:
        raise TooManyBookings(f"You have {len(open_)} open bookings, the limit is {OPEN_AT_ONCE}.")
    _require_not_paused(bookings, now)


def require_not_met(
    bookings: Collection[ClientBooking], specialist_id: UUID, now: datetime
) -> None:
    """Raises ``AlreadyBooked`` where they have their consultation with the specialist."""
    for each in bookings:
        if each.specialist_id == specialist_id and each.counts(now):
            raise AlreadyBooked.by(each.id)


def require_no_overlap(bookings: Collection[ClientBooking], starts_at: datetime) -> None:
    """Raises ``OverlappingBooking`` where the client is elsewhere then."""
    if overlapping(bookings, starts_at):
        raise OverlappingBooking


def overlapping(bookings: Collection[ClientBooking], starts_at: datetime) -> ClientBooking | None:
    """Where the client is then, if it is elsewhere."""
    for each in bookings:
        if each.takes_time and abs(each.starts_at - starts_at) < SLOT:
            return each
    return None


def _require_not_paused(bookings: Collection[ClientBooking], now: datetime) -> None:
    until = paused_until([each.starts_at for each in bookings if each.missed_by == Party.CLIENT])
    if until is not None and now < until:
        raise BookingPaused(
            f"You missed two consultations, so booking pauses for you until {until:%d %B %Y}. "
            "That can happen: from then on you are welcome to book again."
        )
