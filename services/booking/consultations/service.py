"""What can be asked about consultations: to book one, to see it, to cancel or move it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.clock import every
from chassis.errors import NotFound
from chassis.pages import Page, PageQuery, newest_first
from chassis.resealing import reseal
from chassis.rpc import rpc
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.booking import consultations as contract
from contracts.booking.consultations import (
    CancelConsultation,
    CancellationReason,
    ConsultationsAtRisk,
    NotListed,
    PrivateNote,
)
from contracts.profiles.accounts import Role
from contracts.profiles.licences import LicenceExpired
from services.booking.consultations import queries
from services.booking.consultations.consultations import Consultation
from services.booking.consultations.locking import locked, locked_calendars
from services.booking.holds.queries import held_beside
from services.booking.part import Part
from services.booking.slots.queries import taken_times
from services.booking.waitlist.offering import give_up, release, take_what_was_held


class Consultations(Part):
    @rpc
    def book_consultation(
        self, specialist_id: UUID, starts_at: datetime, note: PrivateNote | None = None
    ) -> contract.Consultation:
        client_id = self.caller.with_role(Role.CLIENT)
        self.caller.require_verified()
        sealed_note = None if note is None else self.notes.seal(note.text)
        with self.store.transaction() as tx:
            tx.hold(f"client {client_id}")
            tx.refuse_forgotten(client_id)
            beside = dict(tx.execute(held_beside(client_id, specialist_id, utc_now())).all())
            calendars = locked_calendars(tx, {specialist_id, *beside.values()})
            calendar = calendars.pop(specialist_id, None)
            if calendar is None:
                raise NotFound(f"there is no calendar {specialist_id}")
            now = utc_now()
            taken = taken_times(tx, specialist_id, now, client_id)
            engagements = queries.engagements_of(tx, client_id)
            consultation, event = Consultation.book(
                calendar,
                client_id,
                starts_at,
                taken,
                engagements,
                now,
                sealed_note,
                self.meetings.new_link(),
            )
            tx.add(consultation)
            take_what_was_held(tx, client_id, specialist_id)
            give_up(tx, beside, calendars.values(), now)
            tx.emit(event, *calendar.review(taken | {starts_at}, now))
            return tx.reply(consultation.to_resource(client_id))

    @rpc
    def get_consultation(self, consultation_id: UUID) -> contract.Consultation:
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
        if consultation is None:
            raise NotFound(f"there is no consultation {consultation_id}")
        consultation.require_party(self.caller)
        return consultation.to_resource(self.caller.known(), self.notes.open)

    @rpc
    def list_consultations(self, page: PageQuery) -> Page[contract.Consultation]:
        account_id = self.caller.known()
        mine = queries.consultations_of(account_id)
        shown = partial(Consultation.to_resource, reader=account_id, opened=self.notes.open)
        with self.store.reading() as session:
            return newest_first(session, mine, Consultation.id, page, shown)

    @rpc
    def cancel_consultation(
        self, consultation_id: UUID, cancellation: CancelConsultation
    ) -> contract.Consultation:
        with self.store.transaction() as tx:
            calendar, consultation = locked(tx, consultation_id, self.caller)
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
            calendar, consultation = locked(tx, consultation_id, self.caller)
            now, account_id = utc_now(), self.caller.known()
            if calendar is None:
                raise NotListed
            previous = consultation.starts_at
            event = consultation.reschedule(
                consultation.party(account_id),
                calendar,
                starts_at,
                taken_times(tx, consultation.specialist_id, now, consultation.client_id)
                - {previous},
                queries.engagements_of(tx, consultation.client_id, beside=consultation_id),
                now,
            )
            tx.emit(event)
            release(tx, calendar, {previous}, now)
            return tx.reply(consultation.to_resource(account_id))

    @subscribe(LicenceExpired)
    def look_at_what_lies_ahead(self, event: LicenceExpired, tx: Transaction) -> None:
        ahead = tx.scalars(queries.consultations_ahead(event.specialist_id, utc_now()))
        if ids := [each.id for each in ahead]:
            tx.emit(ConsultationsAtRisk(specialist_id=event.specialist_id, consultation_ids=ids))

    @every(days=1)
    def reseal_notes(self) -> None:
        """After a rotation, the key that sealed them before may go a day later."""
        reseal(self.store, Consultation.sealed_note, self.notes.keys)
