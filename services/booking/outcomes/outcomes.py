"""The Outcome: what one side wants after a consultation. Only that side can read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import new_id
from contracts.booking import outcomes as contract
from contracts.booking.attendance import NotHeld, NotOver
from contracts.booking.consultations import ConsultationStatus, Party
from contracts.booking.outcomes import (
    OUTCOME_OPEN_FOR,
    BothWishToContinue,
    OutcomeClosed,
    OutcomeGiven,
    OutcomeNotYours,
    Wish,
)
from services.booking.base import Base
from services.booking.consultations.consultations import Consultation

ALLOWED = {
    Party.CLIENT: {Wish.CONTINUE, Wish.TRY_ANOTHER, Wish.NOT_NOW},
    Party.SPECIALIST: {Wish.GOOD_FIT, Wish.NOT_A_FIT},
}
TO_CONTINUE = {Wish.CONTINUE, Wish.GOOD_FIT}


def to_ask(said: Mapping[Party, Wish]) -> list[Party]:
    """The sides that may be asked what they want: those without an outcome, unless the other side
    does not want to continue."""
    if not set(said.values()) <= TO_CONTINUE:
        return []
    return [each for each in Party if each not in said]


class Outcome(Base):
    """Final: a side that could change its outcome could find out the other side's."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("consultation_id", "account_id", info={"refusal": OutcomeGiven}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(index=True)
    wish: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def say(cls, consultation: Consultation, by: Party, wish: Wish, now: datetime) -> Outcome:
        """Raises ``OutcomeNotYours``, ``NotHeld``, ``NotOver`` and ``OutcomeClosed``."""
        if wish not in ALLOWED[by]:
            raise OutcomeNotYours
        if consultation.status in (ConsultationStatus.CANCELLED, ConsultationStatus.MISSED):
            raise NotHeld
        if now < consultation.ends_at:
            raise NotOver
        if now >= consultation.ends_at + OUTCOME_OPEN_FOR:
            raise OutcomeClosed
        return cls(
            id=new_id(),
            consultation_id=consultation.id,
            account_id=consultation.account_of(by),
            wish=wish,
            said_at=now,
        )

    def matches(self, other: Outcome | None) -> bool:
        """Whether both sides want to continue."""
        return other is not None and {self.wish, other.wish} <= TO_CONTINUE

    def matched_with(
        self, other: Outcome | None, consultation: Consultation
    ) -> list[BothWishToContinue]:
        """The event where both sides want to continue; nothing otherwise."""
        if not self.matches(other):
            return []
        return [
            BothWishToContinue(
                consultation_id=consultation.id,
                client_id=consultation.client_id,
                specialist_id=consultation.specialist_id,
            )
        ]

    def require_same(self, wish: Wish) -> None:
        """Raises ``OutcomeGiven`` where this is another outcome than before."""
        if wish != self.wish:
            raise OutcomeGiven

    def to_resource(self) -> contract.Outcome:
        return contract.Outcome(
            consultation_id=self.consultation_id, outcome=Wish(self.wish), said_at=self.said_at
        )
