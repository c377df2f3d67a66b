"""The Hold: a time that only one client can book for a while."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.booking.holds import HeldSlot
from services.booking.base import Base

MOST_HELD = 5
"""For one client at a time."""


class Hold(Base):
    """An ended hold stays until its time has passed, so that no client is offered a time twice."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_holds_of_specialist", "specialist_id", "ended", "until"),
        Index(
            "ix_holds_standing",
            "until",
            postgresql_where=text("ended IS FALSE"),
            sqlite_where=text("ended IS 0"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    specialist_id: Mapped[UUID]
    client_id: Mapped[UUID] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime]
    ended: Mapped[bool] = mapped_column(default=False)
    instead_of: Mapped[UUID | None] = mapped_column(default=None)
    """The cancelled or missed consultation in whose place the client gets this time; ``None`` for a
    hold from the waitlist or a sign-up."""
    from_sign_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the client took it over from the hold of a sign-up: see ``sign_up_holds``."""
    sealed_note: Mapped[str | None] = mapped_column(default=None)
    """The client's note to the specialist, written with the sign-up."""

    @classmethod
    def of(
        cls,
        specialist_id: UUID,
        client_id: UUID,
        starts_at: datetime,
        until: datetime,
        instead_of: UUID | None = None,
    ) -> Hold:
        return cls(
            id=new_id(),
            specialist_id=specialist_id,
            client_id=client_id,
            starts_at=starts_at,
            until=until,
            ended=False,
            instead_of=instead_of,
            from_sign_up=False,
        )

    @classmethod
    def of_sign_up(
        cls,
        specialist_id: UUID,
        client_id: UUID,
        starts_at: datetime,
        until: datetime,
        sealed_note: str | None,
    ) -> Hold:
        """The hold of a client who takes over that of a sign-up."""
        hold = cls.of(specialist_id, client_id, starts_at, until)
        hold.from_sign_up, hold.sealed_note = True, sealed_note
        return hold

    @property
    def from_waitlist(self) -> bool:
        return self.instead_of is None and not self.from_sign_up

    def end(self) -> None:
        self.ended, self.sealed_note = True, None

    def is_active(self, now: datetime) -> bool:
        return not self.ended and now < self.until

    def to_resource(self) -> HeldSlot:
        return HeldSlot(
            specialist_id=self.specialist_id, starts_at=self.starts_at, held_until=self.until
        )
