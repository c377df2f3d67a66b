"""Taking a consultation for oneself, to change it."""

from __future__ import annotations

from uuid import UUID

from chassis.context import Caller
from chassis.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation


def locked(
    tx: Transaction, consultation_id: UUID, caller: Caller
) -> tuple[Calendar | None, Consultation]:
    """Ours until the end of the transaction, in the order in which whoever books takes them;
    no calendar where the specialist was erased.

    Raises ``NotFound`` for everybody but its two sides.
    """
    found = tx.find(Consultation, consultation_id)
    found.require_party(caller)
    tx.refuse_forgotten(caller.known())
    tx.hold(f"client {found.client_id}")
    calendar = tx.get(Calendar, found.specialist_id, with_for_update=True)
    return calendar, tx.lock(Consultation, consultation_id)
