"""The two sides of a consultation: who meets whom, and when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.errors import NotFound
from contracts.booking.consultations import Party

NO_CONSULTATION = "There is no such consultation, or you don't take part in it."


class Participants:
    """The part of a ``Consultation`` that says who meets whom, and when.

    ``version`` grows with each change, and is sent with its event.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    specialist_id: Mapped[UUID]
    client_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str]
    """The specialist's time zone. Readers without a zone of their own see times in it."""
    status: Mapped[str]

    def account_of(self, party: Party) -> UUID:
        return self.client_id if party == Party.CLIENT else self.specialist_id

    def party(self, account_id: UUID) -> Party:
        """The side of one of the two accounts."""
        return Party.CLIENT if account_id == self.client_id else Party.SPECIALIST

    def other_side(self, account_id: UUID) -> UUID:
        """The account of the other side."""
        return self.specialist_id if account_id == self.client_id else self.client_id

    def require_party(self, caller: Caller) -> None:
        """Raises ``NotFound`` for callers who are neither of its two sides."""
        if caller.known() not in (self.client_id, self.specialist_id):
            raise NotFound(NO_CONSULTATION)
