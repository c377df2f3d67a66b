"""Erases an account's data in booking: booking's step of the erasure saga of profiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_

from chassis.database.transaction import Transaction
from contracts.booking.consultations import CancellationReason, ConsultationStatus
from services.booking.availability.calendars import Calendar
from services.booking.calendar_feeds.calendar_feeds import CalendarFeed
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.locking import lock_calendars
from services.booking.consultations.queries import with_something_to_erase
from services.booking.external_calendars.removal import forget_all
from services.booking.holds.holds import Hold
from services.booking.holds.sign_up_holds import SignUpHold
from services.booking.outcomes.outcomes import Outcome
from services.booking.preferences.preferences import Preferences
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.specialist_facts import SpecialistFacts
from services.booking.waitlist.offering import release
from services.booking.waitlist.queries import waited_for_or_held_by
from services.booking.waitlist.waits import Wait


def erase(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Cancel consultations ahead on either side, and delete the account's calendar, feed, external
    calendars, outcomes, preferences and the content of all of its consultations. Idempotent.

    Past consultations keep the ids of both sides, so that the other side keeps its list: the id of
    an erased account leads to no person.
    """
    tx.lock_name(f"client {account_id}")
    calendars = lock_calendars(tx, _affected_specialists(tx, account_id, now))
    cancelled = _cancel_and_delete_content(tx, account_id, now)
    _keep_for_rescue(tx, account_id, cancelled)
    for kind in (Wait, Hold):
        either = or_(kind.client_id == account_id, kind.specialist_id == account_id)
        tx.execute(delete(kind).where(either))
    calendars.pop(account_id, None)
    _release_times(tx, list(calendars.values()), cancelled, now)
    _delete_rows_of(tx, account_id)


def _affected_specialists(tx: Transaction, account_id: UUID, now: datetime) -> set[UUID]:
    """Specialists whose calendars change. The lock on the client's name keeps the set complete."""
    consultations = tx.scalars(with_something_to_erase(account_id, now))
    others = tx.scalars(waited_for_or_held_by(account_id))
    return {account_id, *(each.specialist_id for each in consultations), *others}


def _cancel_and_delete_content(
    tx: Transaction, account_id: UUID, now: datetime
) -> list[Consultation]:
    """Cancel consultations ahead and delete content. Returns the cancelled ones."""
    query = with_something_to_erase(account_id, now).order_by(Consultation.id)
    locking = query.with_for_update().execution_options(populate_existing=True)
    cancelled = []
    for each in tx.scalars(locking).all():
        if each.status == ConsultationStatus.BOOKED and each.starts_at > now:
            reason = CancellationReason.ACCOUNT_ERASED
            tx.emit(each.cancel(each.party(account_id), reason, now))
            cancelled.append(each)
        each.forget_content()
    return cancelled


def _keep_for_rescue(tx: Transaction, account_id: UUID, cancelled: Sequence[Consultation]) -> None:
    """Keep what the specialist was chosen for, so that their clients are still rescued."""
    facts = tx.get(SpecialistFacts, account_id)
    if facts is not None:
        theirs = [each for each in cancelled if each.specialist_id == account_id]
        tx.add_all(LostConsultation.of(each.id, facts) for each in theirs)


def _release_times(
    tx: Transaction,
    calendars: Sequence[Calendar],
    cancelled: Sequence[Consultation],
    now: datetime,
) -> None:
    """Release the times that the account had with other specialists."""
    for calendar in calendars:
        theirs = [each for each in cancelled if each.specialist_id == calendar.specialist_id]
        release(tx, calendar, {each.starts_at for each in theirs}, now)


def _delete_rows_of(tx: Transaction, account_id: UUID) -> None:
    forget_all(tx, account_id)
    tx.execute(delete(CalendarFeed).where(CalendarFeed.account_id == account_id))
    tx.execute(delete(Preferences).where(Preferences.account_id == account_id))
    tx.execute(delete(SpecialistFacts).where(SpecialistFacts.specialist_id == account_id))
    tx.execute(delete(SignUpHold).where(SignUpHold.specialist_id == account_id))
    tx.execute(delete(Outcome).where(Outcome.account_id == account_id))
    tx.execute(delete(Calendar).where(Calendar.specialist_id == account_id))
