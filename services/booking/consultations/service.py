"""What can be asked about consultations: to book one, to see it, to cancel or move it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis import context
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
from services.booking.availability.queries import may_practise, sealed_meeting_link_of
from services.booking.consultations import queries
from services.booking.consultations.busy_times import busy_times
from services.booking.consultations.consultations import Consultation, NoteReader
from services.booking.consultations.listing import page_of_consultations
from services.booking.consultations.locking import lock_calendars, lock_consultation
from services.booking.holds.queries import competing_holds
from services.booking.waitlist.offering import end_wait_and_holds, release, release_holds


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
            tx.lock_name(f"client {client_id}")
            tx.refuse_erased(client_id)
            beside = dict(tx.execute(competing_holds(client_id, specialist_id, utc_now())).all())
            calendars = lock_calendars(tx, {specialist_id, *beside.values()})
            calendar = calendars.pop(specialist_id, None)
            if calendar is None:
                raise NotFound("There is no calendar of this specialist.")
            now = utc_now()
            busy = busy_times(tx, specialist_id, now, client_id)
            bookings = queries.client_bookings(tx, client_id)
            consultation, event = Consultation.book(
                calendar,
                client_id,
                starts_at,
                busy,
                bookings,
                now,
                sealed_note,
                self.meetings.new_link(),
            )
            tx.add(consultation)
            end_wait_and_holds(tx, client_id, specialist_id)
            release_holds(tx, beside, calendars.values(), now)
            tx.emit(event, *calendar.review(busy.with_booked(starts_at), now))
            return tx.reply(consultation.to_resource(client_id))

    @rpc
    def get_consultation(self, consultation_id: UUID) -> contract.Consultation:
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
            if consultation is None:
                raise NotFound("You have no such consultation.")
            consultation.require_party(self.caller)
            reader = self._reader(session)
            seen = self._seen(session, consultation, reader)
        self._tell_of_reading([consultation], reader)
        return seen

    def _seen(
        self, session: Session, consultation: Consultation, reader: NoteReader
    ) -> contract.Consultation:
        """As the caller sees it now. Few are in the minutes in which their link is shown."""
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
        self._tell_of_reading(read, reader)
        return found

    def _reader(self, session: Session) -> NoteReader:
        practises = may_practise(session, self.caller.known())
        return NoteReader(self.caller, practises, utc_now())

    def _tell_of_reading(self, shown: Iterable[Consultation], reader: NoteReader) -> None:
        """Have it written down which notes the caller is shown; no note is shown without.

        It belongs to no call: what is read is not kept as an answer beside it.
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
            event = consultation.reschedule(
                consultation.party(account_id),
                calendar,
                starts_at,
                busy_times(
                    tx, consultation.specialist_id, now, consultation.client_id
                ).without_booked(previous),
                queries.client_bookings(tx, consultation.client_id, beside=consultation_id),
                now,
                self.meetings.new_link(),
            )
            tx.emit(event)
            release(tx, calendar, {previous}, now)
            return tx.reply(consultation.to_resource(account_id))

    @every(days=1)
    def reseal_notes(self) -> None:
        """After a rotation, the key that sealed them before may go a day later."""
        reencrypt(self.store, Consultation.sealed_note, self.notes.keys)
