"""What a client and a specialist have in common for half an hour."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.context import Caller
from chassis.errors import NotFound
from contracts.booking.consultations import Party


class Participants:
    """The part of a ``Consultation`` that the rest of it stands on: who meets whom, and when.

    ``version`` grows with each change, and goes out with its event.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    specialist_id: Mapped[UUID]
    client_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str]
    """The specialist's, as their availability names it; who reads times without one of their own
    reads them in this."""
    status: Mapped[str]

    def account_of(self, party: Party) -> UUID:
        return self.client_id if party == Party.CLIENT else self.specialist_id

    def party(self, account_id: UUID) -> Party:
        """The side that one of the two is on."""
        return Party.CLIENT if account_id == self.client_id else Party.SPECIALIST

    def other_side(self, account_id: UUID) -> UUID:
        """The account of the one whom this one meets."""
        return self.specialist_id if account_id == self.client_id else self.client_id

    def require_party(self, caller: Caller) -> None:
        """Raises ``NotFound`` for everybody but the two whom it concerns."""
        if caller.known() not in (self.client_id, self.specialist_id):
            raise NotFound("You have no such consultation.")
