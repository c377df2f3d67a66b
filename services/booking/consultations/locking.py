"""Row locks of calendars and consultations, and their order.

Every transaction takes locks in one order, so that there are no deadlocks: the client's name,
calendars by id, consultations by id, and then the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, select, true, union_all

from chassis.context import Caller
from chassis.database.name_locks import name_lock
from chassis.database.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.consultations.consultations import Consultation
from services.booking.holds.holds import Hold

CALENDARS = (
    select(Calendar)
    .where(Calendar.specialist_id.in_(bindparam("ids", expanding=True)))
    .order_by(Calendar.specialist_id)
    .with_for_update()
    .execution_options(populate_existing=True)
)

FREE_CALENDARS = CALENDARS.with_for_update(skip_locked=True)

CALENDARS_FOR_BOOKING = (
    select(Calendar)
    .join(name_lock(bindparam("name", type_=Text())), true())
    .where(
        Calendar.specialist_id.in_(
            union_all(
                select(bindparam("specialist_id", type_=Uuid())),
                select(Hold.specialist_id).where(
                    Hold.client_id == bindparam("client_id"),
                    Hold.ended.is_(False),
                    Hold.instead_of.is_not(None),
                ),
            )
        )
    )
    .order_by(Calendar.specialist_id)
    .with_for_update(of=Calendar)
    .execution_options(populate_existing=True)
)
"""The specialist's calendar, and those in which a booking may end a hold of the client. A hold that
was made while the client's name was waited for is not seen yet."""


def lock_calendars(tx: Transaction, specialist_ids: Collection[UUID]) -> dict[UUID, Calendar]:
    """Lock the calendars of these specialists, those that exist, by their ids."""
    found = tx.scalars(CALENDARS, {"ids": list(specialist_ids)})
    return {each.specialist_id: each for each in found}


def lock_free_calendars(tx: Transaction, specialist_ids: Collection[UUID]) -> dict[UUID, Calendar]:
    """Lock those of these calendars that no other transaction has locked. It never waits, so it
    can't be part of a deadlock, whatever the order."""
    found = tx.scalars(FREE_CALENDARS, {"ids": list(specialist_ids)})
    return {each.specialist_id: each for each in found}


def lock_for_booking(
    tx: Transaction, *, client_id: UUID, specialist_id: UUID
) -> dict[UUID, Calendar]:
    """Lock the client's name, the specialist's calendar, and those with holds of the client that a
    booking may end; the calendars by their ids. One statement does it all, in this order."""
    given = {
        "name": f"client {client_id}",
        "client_id": client_id,
        "specialist_id": specialist_id,
    }
    return {each.specialist_id: each for each in tx.scalars(CALENDARS_FOR_BOOKING, given)}


def lock_consultation(
    tx: Transaction, consultation_id: UUID, caller: Caller
) -> tuple[Calendar | None, Consultation]:
    """Lock a consultation and its calendar until the end of the transaction.

    The calendar is ``None`` where the specialist was erased. Raises ``NotFound`` for callers who
    are neither of its two sides.
    """
    found = tx.find(Consultation, consultation_id)
    found.require_party(caller)
    tx.refuse_erased(caller.known())
    tx.lock_name(f"client {found.client_id}")
    calendar = tx.get(Calendar, found.specialist_id, with_for_update=True)
    return calendar, tx.lock(Consultation, consultation_id)
