"""The Consultation: 30 free minutes between one client and one specialist, obliging nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.errors import NotFound
from chassis.ids import new_id
from contracts import booking as contract
from contracts.booking import (
    AlreadyBooked,
    CancellationReason,
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationStatus,
    NotBooked,
    OwnProfile,
    Party,
    SlotTaken,
)
from services.booking.availability import SLOT
from services.booking.base import Base
from services.booking.calendars import Calendar

BOOKED = text("status = 'booked'")
BOOKED_OR_HELD = text("status IN ('booked', 'completed')")


class Consultation(Base):
    """It has no price, and turns into nothing by itself."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index(
            "uq_consultations_slot",
            "specialist_id",
            "starts_at",
            unique=True,
            postgresql_where=BOOKED,
            sqlite_where=BOOKED,
            info={"refusal": SlotTaken},
        ),
        Index(
            "uq_consultations_pair",
            "client_id",
            "specialist_id",
            unique=True,
            postgresql_where=BOOKED_OR_HELD,
            sqlite_where=BOOKED_OR_HELD,
            info={"refusal": AlreadyBooked},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    specialist_id: Mapped[UUID] = mapped_column(index=True)
    client_id: Mapped[UUID] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str]
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_by: Mapped[str | None] = mapped_column(default=None)
    cancellation_reason: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def book(
        cls,
        calendar: Calendar,
        client_id: UUID,
        starts_at: datetime,
        booked: Collection[datetime],
        had_before: bool,
        now: datetime,
    ) -> tuple[Consultation, ConsultationBooked]:
        """Take a slot. ``booked``: the specialist's booked times; ``had_before``: whether these
        two have, or had, their free consultation. Raises what stands against it."""
        if client_id == calendar.specialist_id:
            raise OwnProfile
        calendar.require_bookable(starts_at, booked, now)
        if had_before:
            raise AlreadyBooked
        starts_at = starts_at.astimezone(UTC)  # it may have been asked for in any zone
        consultation = cls(
            id=new_id(),
            version=1,
            specialist_id=calendar.specialist_id,
            client_id=client_id,
            starts_at=starts_at,
            ends_at=starts_at + SLOT,
            status=ConsultationStatus.BOOKED,
            booked_at=now,
        )
        return consultation, ConsultationBooked(
            consultation_id=consultation.id,
            version=consultation.version,
            client_id=client_id,
            specialist_id=consultation.specialist_id,
            starts_at=consultation.starts_at,
            ends_at=consultation.ends_at,
        )

    def cancel(self, by: Party, reason: CancellationReason, now: datetime) -> ConsultationCancelled:
        """It will not take place, and its slot is free again; raises ``NotBooked``."""
        if self.status != ConsultationStatus.BOOKED:
            raise NotBooked(f"consultation {self.id} is {self.status}, not booked")
        self.status = ConsultationStatus.CANCELLED
        self.version += 1
        self.cancelled_at, self.cancelled_by, self.cancellation_reason = now, by, reason
        return ConsultationCancelled(
            consultation_id=self.id,
            version=self.version,
            client_id=self.client_id,
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            cancelled_by=by,
        )

    def party(self, account_id: UUID) -> Party:
        """The side that one of the two is on."""
        return Party.CLIENT if account_id == self.client_id else Party.SPECIALIST

    def require_party(self, caller: Caller) -> None:
        """Raises ``NotFound`` for everybody but the two whom it concerns."""
        if caller.known() not in (self.client_id, self.specialist_id):
            raise NotFound(f"there is no consultation {self.id}")

    def to_resource(self) -> contract.Consultation:
        return contract.Consultation(
            id=self.id,
            specialist_id=self.specialist_id,
            client_id=self.client_id,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            status=ConsultationStatus(self.status),
            booked_at=self.booked_at,
            cancelled_at=self.cancelled_at,
            cancelled_by=Party(self.cancelled_by) if self.cancelled_by else None,
            cancellation_reason=(
                CancellationReason(self.cancellation_reason) if self.cancellation_reason else None
            ),
        )
