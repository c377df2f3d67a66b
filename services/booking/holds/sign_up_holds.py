"""The SignUpHold: a time that is held for a sign-up which is not confirmed yet.

Its states, ``SignUpHoldStatus``:

    HELD ─┬─▶ TAKEN_OVER   by the account that the sign-up became, or by its owner, who had one
          │                already: a ``Hold`` of theirs stands in its place
          └─▶ OVER         after 20 minutes, by another hold of the same visitor, or by the end of
                           the specialist's right to practise

Booking does not know which addresses have an account, so a hold can't reveal it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.booking import sign_up_holds as contract
from contracts.booking.sign_up_holds import (
    HeldForSignUp,
    HoldsTaken,
    SignUpHoldStatus,
    TooManyHolds,
)
from services.booking.base import Base
from services.booking.holds.holds import Hold

HELD_FOR = timedelta(minutes=20)
COUNTED_FOR = timedelta(days=1)
MOST_A_DAY = 3
"""Holds for one address, and holds from one network."""
MOST_WITH_ONE_SPECIALIST = 2
"""Active holds at a time."""


@dataclass(frozen=True)
class Visitor:
    """The visitor who signs up: hashes of the sign-up's secret, of the mailbox, and of the network
    (``None`` where it is unknown). Those of mailbox and network are keyed."""

    secret_hash: str
    mailbox: str
    network: str | None


class SignUpHold(Base):
    """The row stays for a day after the hold, without the note: limits count it."""

    __tablename__ = "sign_up_holds"
    __table_args__ = (
        Index("ix_sign_up_holds_of_mailbox", "mailbox", "made_at"),
        Index("ix_sign_up_holds_of_network", "network", "made_at"),
        Index("ix_sign_up_holds_of_specialist", "specialist_id", "status"),
        Index("ix_sign_up_holds_open", "status", "until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(index=True)
    mailbox: Mapped[str]
    network: Mapped[str | None]
    specialist_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    time_zone: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime]
    status: Mapped[str]
    sealed_note: Mapped[str | None]

    @classmethod
    def of(
        cls,
        visitor: Visitor,
        specialist_id: UUID,
        starts_at: datetime,
        time_zone: str,
        sealed_note: str | None,
        now: datetime,
    ) -> SignUpHold:
        return cls(
            id=new_id(),
            secret_hash=visitor.secret_hash,
            mailbox=visitor.mailbox,
            network=visitor.network,
            specialist_id=specialist_id,
            starts_at=starts_at.astimezone(UTC),  # the request may name any zone
            time_zone=time_zone,
            made_at=now,
            until=min(now + HELD_FOR, starts_at.astimezone(UTC)),
            status=SignUpHoldStatus.HELD,
            sealed_note=sealed_note,
        )

    def is_active(self, now: datetime) -> bool:
        return self.status == SignUpHoldStatus.HELD and now < self.until

    def is_of(self, visitor: Visitor, specialist_id: UUID, starts_at: datetime) -> bool:
        """Whether it already holds this slot for this sign-up."""
        held = (self.secret_hash, self.specialist_id, self.starts_at)
        return held == (visitor.secret_hash, specialist_id, starts_at)

    def end(self) -> None:
        self.status, self.sealed_note = SignUpHoldStatus.OVER, None

    def take_over(self, client_id: UUID, with_note: bool) -> Hold:
        """The client's own hold in its place, until the same time. Without ``with_note`` the note
        is deleted."""
        note = self.sealed_note if with_note else None
        self.status, self.sealed_note = SignUpHoldStatus.TAKEN_OVER, None
        return Hold.of_sign_up(self.specialist_id, client_id, self.starts_at, self.until, note)

    def to_resource(self, now: datetime, status: SignUpHoldStatus) -> contract.SignUpHold:
        over = status == SignUpHoldStatus.HELD and now >= self.until
        return contract.SignUpHold(
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            held_until=self.until,
            time_zone=self.time_zone,
            status=SignUpHoldStatus.OVER if over else status,
        )

    def to_answer(self, secret: str) -> HeldForSignUp:
        return HeldForSignUp(
            specialist_id=self.specialist_id,
            starts_at=self.starts_at,
            held_until=self.until,
            time_zone=self.time_zone,
            sign_up=secret,
        )


def require_few_a_day(made_at: Iterable[datetime], now: datetime) -> None:
    """Raises ``TooManyHolds`` where one address, or one network, has reached its holds of a day.
    ``made_at``: when those holds were made."""
    counted = sorted(each for each in made_at if each > now - COUNTED_FOR)
    if len(counted) >= MOST_A_DAY:
        free_again = counted[-MOST_A_DAY] + COUNTED_FOR
        raise TooManyHolds.after((free_again - now).total_seconds())


def require_few_with_specialist(holds: Collection[SignUpHold], now: datetime) -> None:
    """Raises ``HoldsTaken`` where the active holds with one specialist have reached their limit."""
    if sum(each.is_active(now) for each in holds) >= MOST_WITH_ONE_SPECIALIST:
        raise HoldsTaken
