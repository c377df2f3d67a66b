"""Holds a slot for a sign-up: locks, limits, and the end of the visitor's earlier hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.times import utc_now
from contracts.booking.consultations import NoFreeConsultations
from services.booking.availability.calendars import NO_CALENDAR, Calendar
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.locking import lock_calendars
from services.booking.holds import queries
from services.booking.holds.sign_up_holds import (
    SignUpHold,
    Visitor,
    require_few_a_day,
    require_few_with_specialist,
)
from services.booking.waitlist.offering import offer


def hold_slot(
    tx: Transaction,
    visitor: Visitor,
    *,
    specialist_id: UUID,
    starts_at: datetime,
    sealed_note: str | None,
    makes_rooms: bool,
) -> SignUpHold:
    """Hold the slot in place of the visitor's earlier one. The same slot again keeps its hold, with
    the new note.

    Raises ``NotFound``, the refusal that holds for booking this time, ``TooManyHolds`` and
    ``HoldsTaken``.
    """
    earlier, calendars = _lock(tx, visitor, specialist_id)
    calendar, now = calendars.get(specialist_id), utc_now()
    if calendar is None:
        raise NotFound(NO_CALENDAR)
    for each in earlier:
        if each.is_active(now) and each.is_of(visitor, specialist_id, starts_at):
            each.sealed_note = sealed_note
            return each
    _require_few(tx, visitor, now)
    for each in earlier:
        each.end()
    _require_bookable(tx, calendar, starts_at, makes_rooms, now)
    hold = SignUpHold.of(visitor, specialist_id, starts_at, calendar.time_zone, sealed_note, now)
    tx.add(hold)
    calendar.bump_revision()
    _offer_again(tx, [calendars[each.specialist_id] for each in earlier], now)
    return hold


def _lock(
    tx: Transaction, visitor: Visitor, specialist_id: UUID
) -> tuple[list[SignUpHold], dict[UUID, Calendar]]:
    """Lock the visitor's hashes, the calendars, and then the earlier holds: another process may
    have ended one meanwhile. Holds whose specialist was erased are gone."""
    for name in (visitor.secret_hash, visitor.mailbox, visitor.network):
        if name is not None:
            tx.lock_name(f"sign-up {name}")
    mine = queries.open_holds_of(visitor)
    ids = {each.specialist_id for each in tx.scalars(mine)}
    calendars = lock_calendars(tx, {specialist_id, *ids})
    again = mine.with_for_update().execution_options(populate_existing=True)
    return list(tx.scalars(again)), calendars


def _require_few(tx: Transaction, visitor: Visitor, now: datetime) -> None:
    require_few_a_day(tx.scalars(queries.made_for_mailbox(visitor, now)), now)
    require_few_a_day(tx.scalars(queries.made_from_network(visitor, now)), now)


def _require_bookable(
    tx: Transaction, calendar: Calendar, starts_at: datetime, makes_rooms: bool, now: datetime
) -> None:
    """Raises the refusal that booking the slot would meet, apart from the client's own limits."""
    calendar.require_bookable(starts_at, busy_times(tx, calendar.specialist_id, now), now)
    if not (calendar.has_place or makes_rooms):
        raise NoFreeConsultations
    open_holds = tx.scalars(queries.open_holds_with(calendar.specialist_id)).all()
    require_few_with_specialist(open_holds, now)


def _offer_again(tx: Transaction, calendars: Collection[Calendar], now: datetime) -> None:
    """Offer the times of ended holds to clients who wait."""
    for calendar in calendars:
        calendar.bump_revision()
        offer(tx, calendar, now)
