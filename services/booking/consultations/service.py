"""RPC methods of consultations: book, read, cancel and move them, and write their notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import context
from chassis.database.refusals import Erased
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.idempotency.keys import outside_call
from chassis.maintenance.reencryption import reencrypt
from chassis.networks import network_of
from chassis.pagination import Page
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.times import utc_now
from contracts.booking import consultations as contract
from contracts.booking.consultations import (
    CancelConsultation,
    CancellationReason,
    ConsultationsQuery,
    NotListed,
    PrivateNote,
)
from contracts.profiles.accounts import Role
from services.booking import dependencies
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import NO_CALENDAR, Calendar
from services.booking.availability.queries import may_practise, sealed_meeting_link_of
from services.booking.consultations import queries
from services.booking.consultations.booking_facts import ClientFacts, booking_facts
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.consultations import Consultation, NoteReader
from services.booking.consultations.listing import page_of_consultations
from services.booking.consultations.locking import (
    lock_consultation,
    lock_for_booking,
    lock_free_calendars,
)
from services.booking.consultations.participants import NO_CONSULTATION
from services.booking.waitlist.offering import end_wait_and_holds, release, release_holds


@dataclass(frozen=True, kw_only=True)
class ReadyToBook:
    """All that the decision to book needs, read after the locks were taken.

    ``other_calendars``: those in which the booking may end a hold of the client, by specialist.
    """

    client_id: UUID
    client: ClientFacts
    calendar: Calendar
    other_calendars: Mapping[UUID, Calendar]
    busy: Busy
    now: datetime


class Consultations:
    store = dependencies.store
    caller = dependencies.caller
    notes = dependencies.notes
    meetings = dependencies.meetings
    links = dependencies.links

    @rpc
    def book_consultation(
        self, specialist_id: UUID, starts_at: datetime, note: PrivateNote | None = None
    ) -> contract.Consultation:
        client_id = self.caller.with_role(Role.CLIENT)
        self.caller.require_verified()
        sealed_note = None if note is None else self.notes.seal(note.text)
        with self.store.transaction() as tx:
            ready = _lock_for_booking(tx, client_id=client_id, specialist_id=specialist_id)
            consultation = _book(
                tx,
                ready,
                starts_at=starts_at,
                sealed_note=sealed_note,
                room=self.meetings.new_link(),
            )
            return tx.reply(consultation.to_resource(client_id))

    @rpc
    def get_consultation(self, consultation_id: UUID) -> contract.Consultation:
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            if consultation is None:
                raise NotFound(NO_CONSULTATION)
            consultation.require_party(self.caller)
            reader = self._reader(session)
            seen = self._seen(session, consultation, reader)
        self._record_reading([consultation], reader)
        return seen

    def _seen(
        self, session: Session, consultation: Consultation, reader: NoteReader
    ) -> contract.Consultation:
        """As the caller sees it now, with the specialist's own link in the minutes in which it is
        shown."""
        seen = consultation.to_resource_with_note(reader, self.notes.open)
        if not consultation.shows_own_link(reader.now):
            return seen
        sealed = session.scalar(sealed_meeting_link_of(consultation.specialist_id))
        return replace(seen, meeting_link=self.links.open(sealed))

    @rpc
    def list_consultations(self, query: ConsultationsQuery) -> Page[contract.Consultation]:
        account_id = self.caller.known()
        read: list[Consultation] = []

        def shown(consultation: Consultation) -> contract.Consultation:
            read.append(consultation)
            return self._seen(session, consultation, reader)

        with self.store.reading() as session:
            reader = self._reader(session)
            found = page_of_consultations(session, account_id, query, shown)
        self._record_reading(read, reader)
        return found

    def _reader(self, session: Session) -> NoteReader:
        """The right to practise is looked up for specialists only: a client needs none to read."""
        account_id = self.caller.known()
        practises = Role.SPECIALIST in self.caller.roles and may_practise(session, account_id)
        return NoteReader(self.caller, practises, utc_now())

    def _record_reading(self, shown: Iterable[Consultation], reader: NoteReader) -> None:
        """Record which notes the caller is shown, before they are shown.

        The transaction is outside of the call's idempotency key: the call's answer holds the note
        and is not stored.
        """
        network = network_of(context.current().address)
        ids = sorted(each.id for each in shown if each.is_news_read_by(reader, network))
        if not ids:
            return
        with outside_call(), self.store.transaction() as tx:
            for id in ids:
                tx.emit(tx.lock(Consultation, id).read_note(network, reader.now))

    @rpc
    def write_note(self, consultation_id: UUID, note: PrivateNote) -> None:
        self._keep_note(consultation_id, self.notes.seal(note.text))

    @rpc
    def withdraw_note(self, consultation_id: UUID) -> None:
        self._keep_note(consultation_id, None)

    def _keep_note(self, consultation_id: UUID, sealed_note: str | None) -> None:
        with self.store.transaction() as tx:
            _, consultation = lock_consultation(tx, consultation_id, self.caller)
            by = consultation.party(self.caller.known())
            consultation.write_note(by, sealed_note, utc_now())
            return tx.reply(None)

    @rpc
    def cancel_consultation(
        self, consultation_id: UUID, cancellation: CancelConsultation
    ) -> contract.Consultation:
        with self.store.transaction() as tx:
            calendar, consultation = lock_consultation(tx, consultation_id, self.caller)
            now, account_id = utc_now(), self.caller.known()
            reason = CancellationReason(cancellation.reason) if cancellation.reason else None
            tx.emit(consultation.cancel(consultation.party(account_id), reason, now))
            if calendar is not None:
                release(tx, calendar, {consultation.starts_at}, now)
            return tx.reply(consultation.to_resource(account_id))

    @rpc
    def reschedule_consultation(
        self, consultation_id: UUID, starts_at: datetime
    ) -> contract.Consultation:
        with self.store.transaction() as tx:
            calendar, consultation = lock_consultation(tx, consultation_id, self.caller)
            now, account_id = utc_now(), self.caller.known()
            if calendar is None:
                raise NotListed
            previous = consultation.starts_at
            busy = busy_times(tx, consultation.specialist_id, now, consultation.client_id)
            event = consultation.reschedule(
                consultation.party(account_id),
                calendar,
                starts_at,
                busy=busy.without_booked(previous),
                bookings=queries.client_bookings(
                    tx, consultation.client_id, excluding=consultation_id
                ),
                now=now,
                room=self.meetings.new_link(),
            )
            tx.emit(event)
            release(tx, calendar, {previous}, now)
            return tx.reply(consultation.to_resource(account_id))

    @every(days=1)
    def reseal_notes(self) -> None:
        """Re-encrypt notes after a key rotation: the old key can be removed a day later."""
        reencrypt(self.store, Consultation.sealed_note, self.notes.keys)


def _lock_for_booking(tx: Transaction, *, client_id: UUID, specialist_id: UUID) -> ReadyToBook:
    """Take the locks, in the order of ``locking``, and gather what the decision needs.

    The time is read after the locks: another booking may have kept this one waiting. Raises
    ``NotFound`` where the specialist has no calendar.
    """
    calendars = lock_for_booking(tx, client_id=client_id, specialist_id=specialist_id)
    now = utc_now()
    calendar = calendars.pop(specialist_id, None)
    if calendar is None:
        tx.refuse_erased(client_id)
        raise NotFound(NO_CALENDAR)
    facts = booking_facts(tx, client_id=client_id, calendar=calendar, now=now)
    if facts.client.is_erased:
        raise Erased
    competing = {each.specialist_id for each in facts.client.competing_holds(specialist_id)}
    if not competing <= calendars.keys():  # made while this waited for the client's name
        calendars |= lock_free_calendars(tx, competing - calendars.keys())
    return ReadyToBook(
        client_id=client_id,
        client=facts.client,
        calendar=calendar,
        other_calendars=calendars,
        busy=facts.busy,
        now=now,
    )


def _book(
    tx: Transaction,
    ready: ReadyToBook,
    *,
    starts_at: datetime,
    sealed_note: str | None,
    room: str | None,
) -> Consultation:
    """Decide, and write what follows: the consultation, its event, the client's wait and holds,
    and the calendar's next slots. Raises the refusal of ``Consultation.book``."""
    client, calendar, now = ready.client, ready.calendar, ready.now
    consultation, event = Consultation.book(
        calendar,
        client_id=ready.client_id,
        starts_at=starts_at,
        busy=ready.busy,
        bookings=client.bookings,
        now=now,
        sealed_note=sealed_note,
        meeting_link=room,
    )
    if calendar.is_waited_for or client.has_hold_with(calendar.specialist_id):
        consultation.add_held_note(end_wait_and_holds(tx, ready.client_id, calendar.specialist_id))
    tx.insert(consultation)
    release_holds(tx, client.competing_holds(calendar.specialist_id), ready.other_calendars, now)
    tx.emit(event, *calendar.review(ready.busy.with_booked(starts_at), now))
    tx.update(calendar)
    return consultation
