"""What becomes of somebody's hours and consultations when their account is erased."""

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
from services.booking.outcomes.outcomes import Outcome
from services.booking.preferences.preferences import Preferences
from services.booking.rescue.lost_consultations import LostConsultation
from services.booking.rescue.specialist_facts import SpecialistFacts
from services.booking.waitlist.offering import release
from services.booking.waitlist.queries import waited_for_or_held_by
from services.booking.waitlist.waits import Wait


def erase(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Cancel what lies ahead, on either side, and drop their calendar, the feed of it and the
    external ones, what they said in private and what the two sides alone could read; harmless to
    repeat.

    What lies behind keeps the ids of both, and the other side its list: the id of an erased account
    leads nowhere.
    """
    tx.lock_name(f"client {account_id}")
    calendars = lock_calendars(tx, _concerned(tx, account_id, now))
    cancelled = _cancel_and_empty(tx, account_id, now)
    _leave_what_was_looked_for(tx, account_id, cancelled)
    for kind in (Wait, Hold):
        either = or_(kind.client_id == account_id, kind.specialist_id == account_id)
        tx.execute(delete(kind).where(either))
    calendars.pop(account_id, None)
    _hand_on(tx, list(calendars.values()), cancelled, now)
    _drop_what_is_theirs(tx, account_id)


def _concerned(tx: Transaction, account_id: UUID, now: datetime) -> set[UUID]:
    """Specialists whose calendars it changes; while the name is held there come no others."""
    consultations = tx.scalars(with_something_to_erase(account_id, now))
    others = tx.scalars(waited_for_or_held_by(account_id))
    return {account_id, *(each.specialist_id for each in consultations), *others}


def _cancel_and_empty(tx: Transaction, account_id: UUID, now: datetime) -> list[Consultation]:
    """Those that were cancelled."""
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


def _leave_what_was_looked_for(
    tx: Transaction, account_id: UUID, cancelled: Sequence[Consultation]
) -> None:
    """Their clients are offered others after what they were chosen for is gone."""
    facts = tx.get(SpecialistFacts, account_id)
    if facts is not None:
        theirs = [each for each in cancelled if each.specialist_id == account_id]
        tx.add_all(LostConsultation.of(each.id, facts) for each in theirs)


def _hand_on(
    tx: Transaction,
    calendars: Sequence[Calendar],
    cancelled: Sequence[Consultation],
    now: datetime,
) -> None:
    """What they had with others goes to those who wait, or to everybody."""
    for calendar in calendars:
        theirs = [each for each in cancelled if each.specialist_id == calendar.specialist_id]
        release(tx, calendar, {each.starts_at for each in theirs}, now)


def _drop_what_is_theirs(tx: Transaction, account_id: UUID) -> None:
    forget_all(tx, account_id)
    tx.execute(delete(CalendarFeed).where(CalendarFeed.account_id == account_id))
    tx.execute(delete(Preferences).where(Preferences.account_id == account_id))
    tx.execute(delete(SpecialistFacts).where(SpecialistFacts.specialist_id == account_id))
    tx.execute(delete(Outcome).where(Outcome.account_id == account_id))
    tx.execute(delete(Calendar).where(Calendar.specialist_id == account_id))
