"""Offers free times to clients on the waitlist, one after another, before others see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update

from chassis.database.transaction import Transaction
from services.booking.availability.calendars import Calendar
from services.booking.consultations.booking_facts import ClientHold
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.next_slots import announce_next_slots
from services.booking.consultations.queries import client_bookings
from services.booking.holds.holds import MOST_HELD, Hold
from services.booking.holds.queries import (
    held_for,
    holds_ahead,
    holds_run_out,
    sign_up_holds_run_out,
)
from services.booking.waitlist import queries
from services.booking.waitlist.waits import Wait


def release(
    tx: Transaction, calendar: Calendar, released: Collection[datetime], now: datetime
) -> None:
    """Offer times that came free to clients who wait, then announce the next slots."""
    busy = busy_times(tx, calendar.specialist_id, now)
    for starts_at in released:
        tx.emit(*calendar.released(starts_at, busy, now))
    offer(tx, calendar, now)
    announce_next_slots(tx, calendar, now)


def calendar_changed(tx: Transaction, calendar: Calendar, now: datetime) -> None:
    """Offer times that a change has opened to clients who wait, before others see them.

    Call it after each change of hours, limits, listing or an external calendar.
    """
    release(tx, calendar, (), now)


def offer_anew(tx: Transaction, specialist_id: UUID, now: datetime) -> None:
    """``offer`` for a specialist whose calendar is not locked yet."""
    calendar = tx.get(Calendar, specialist_id, with_for_update=True)
    if calendar is not None:  # it may have been erased meanwhile
        offer(tx, calendar, now)


def offer(tx: Transaction, calendar: Calendar, now: datetime) -> None:
    """Offer each free time to one client who waits, in order of their wait, one hold a client.

    Slots that opened by themselves since the last offer are offered too, and shown from now on.
    """
    holds = _without_ended(tx, calendar, now)
    waits = tx.scalars(queries.waits_for(calendar.specialist_id)).all()
    opened = calendar.show_opened_slots(bool(waits), now)
    awake = [each for each in waits if each.can_be_asked(now)]
    if awake:
        _offer_to(tx, awake, calendar, holds, now)
    if opened:
        announce_next_slots(tx, calendar, now)


def _offer_to(
    tx: Transaction,
    waits: Collection[Wait],
    calendar: Calendar,
    holds: Collection[Hold],
    now: datetime,
) -> None:
    busy = busy_times(tx, calendar.specialist_id, now)
    notice = timedelta(hours=calendar.minimum_notice_hours)
    free = calendar.free_times(busy, now).bookable(now)
    for wait in waits:
        if not free:
            break
        if len(tx.scalars(held_for(wait.client_id, now)).all()) >= MOST_HELD:
            continue
        bookings = client_bookings(tx, wait.client_id)
        offered = wait.offered(free, holds, bookings, notice, now, calendar.time_zone)
        if offered is not None:
            hold, event = offered
            tx.add(hold)
            tx.emit(event)
            calendar.bump_revision()
            busy = busy.with_held(hold.starts_at)
            free = calendar.free_times(busy, now).bookable(now)


def _without_ended(tx: Transaction, calendar: Calendar, now: datetime) -> list[Hold]:
    """End holds that have run out. Their clients move to the end of the waitlist."""
    specialist_id = calendar.specialist_id
    theirs = Hold.specialist_id == specialist_id
    for each in tx.scalars(sign_up_holds_run_out(specialist_id, now)).all():
        each.end()
        calendar.bump_revision()
    for hold in tx.scalars(holds_run_out(specialist_id, now)).all():
        hold.end()
        calendar.bump_revision()
        if hold.from_waitlist:
            this = (Wait.specialist_id == specialist_id, Wait.client_id == hold.client_id)
            tx.execute(update(Wait).where(*this).values(since=hold.until))
    tx.execute(delete(Hold).where(theirs, Hold.starts_at <= now))
    return list(tx.scalars(holds_ahead(specialist_id, now)))


def end_wait_and_holds(tx: Transaction, client_id: UUID, specialist_id: UUID) -> str | None:
    """After a booking: delete the client's wait and holds with the specialist. Returns the sealed
    note of a hold."""
    end_wait(tx, client_id, specialist_id)
    theirs = (Hold.client_id == client_id, Hold.specialist_id == specialist_id)
    ended = tx.scalars(delete(Hold).where(*theirs).returning(Hold.sealed_note))
    return next((note for note in ended if note is not None), None)


def release_holds(
    tx: Transaction,
    holds: Collection[ClientHold],
    calendars: Mapping[UUID, Calendar],
    now: datetime,
) -> None:
    """End holds after a booking elsewhere, and offer their times to clients who wait. A hold whose
    calendar is not locked stays: it was made a moment ago, and another transaction has it."""
    for hold in holds:
        calendar = calendars.get(hold.specialist_id)
        if calendar is not None:
            tx.execute(update(Hold).where(Hold.id == hold.id).values(ended=True))
            offer(tx, calendar, now)


def end_wait(tx: Transaction, client_id: UUID, specialist_id: UUID) -> None:
    """Delete the client's wait, and the hold that it led to."""
    tx.execute(delete(Wait).where(Wait.client_id == client_id, Wait.specialist_id == specialist_id))
    theirs = (Hold.client_id == client_id, Hold.specialist_id == specialist_id)
    from_waitlist = (Hold.instead_of.is_(None), Hold.from_sign_up.is_(False))
    tx.execute(delete(Hold).where(*theirs, *from_waitlist))
