"""Limits of a client: three open bookings, one consultation for each specialist, no overlaps, and
a pause after two no-shows. Pure."""

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

MOST_OPEN_BOOKINGS = 3


@dataclass(frozen=True)
class ClientBooking:
    """One consultation of a client, as the limits see it."""

    id: UUID
    specialist_id: UUID
    starts_at: datetime
    status: str
    missed_by: str | None = None
    disputable_until: datetime | None = None
    """Until then a side can still say that it took place."""

    @property
    def takes_time(self) -> bool:
        return self.status in (ConsultationStatus.BOOKED, ConsultationStatus.COMPLETED)

    def is_ahead(self, now: datetime) -> bool:
        """Whether it is booked and not over. A consultation can stay booked for two days after its
        end, until a side or the clock says how it went."""
        return self.status == ConsultationStatus.BOOKED and now < self.starts_at + SLOT

    def counts(self, now: datetime) -> bool:
        """Whether it counts as the one free consultation of this client and specialist.

        One that the specialist missed does not count, once that is settled.
        """
        if self.status != ConsultationStatus.MISSED:
            return self.takes_time
        settled = self.disputable_until is None or self.disputable_until <= now
        return self.missed_by == Party.CLIENT or not settled


def require_free(
    bookings: Collection[ClientBooking], specialist_id: UUID, starts_at: datetime, now: datetime
) -> None:
    """Raises the refusal of a limit that one more consultation would break."""
    require_not_met(bookings, specialist_id, now)
    require_no_overlap(bookings, starts_at)
    if sum(each.is_ahead(now) for each in bookings) >= MOST_OPEN_BOOKINGS:
        raise TooManyBookings
    _require_not_paused(bookings, now)


def require_not_met(
    bookings: Collection[ClientBooking], specialist_id: UUID, now: datetime
) -> None:
    """Raises ``AlreadyBooked`` where the client has had or has booked one with the specialist."""
    for each in bookings:
        if each.specialist_id == specialist_id and each.counts(now):
            raise AlreadyBooked.by(each.id)


def require_no_overlap(bookings: Collection[ClientBooking], starts_at: datetime) -> None:
    """Raises ``OverlappingBooking`` where the client has another consultation at that time."""
    if overlapping(bookings, starts_at):
        raise OverlappingBooking


def overlapping(bookings: Collection[ClientBooking], starts_at: datetime) -> ClientBooking | None:
    """The client's other consultation at that time, if there is one."""
    for each in bookings:
        if each.takes_time and abs(each.starts_at - starts_at) < SLOT:
            return each
    return None


def _require_not_paused(bookings: Collection[ClientBooking], now: datetime) -> None:
    until = paused_until([each.starts_at for each in bookings if each.missed_by == Party.CLIENT])
    if until is not None and now < until:
        raise BookingPaused(
            f"You missed two consultations, so you can't book until {until:%Y-%m-%d}. "
            "From then on you are welcome to book again."
        )
