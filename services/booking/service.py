"""What booking can be asked, what it listens to, what it does on a clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis import forgetting
from chassis.clock import every
from chassis.container import caller_of_this
from chassis.errors import NotFound
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.store import Store
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts import booking as contract
from contracts.booking import (
    Availability,
    BookingData,
    ConsultationsAtRisk,
    PersonalDataErased,
    Slots,
    SlotsQuery,
)
from contracts.profiles.accounts import Role
from contracts.profiles.licences import LicenceExpired
from contracts.profiles.privacy import AccountErased
from contracts.profiles.specialists import SpecialistListed, SpecialistUnlisted
from services.booking import queries
from services.booking.base import Base
from services.booking.calendars import Calendar
from services.booking.consultations import Consultation
from services.booking.erasure import erase


class BookingService:
    name = "booking"
    store = Store(Base)
    caller = caller_of_this()

    # Availability

    @rpc
    def set_availability(self, availability: Availability) -> Availability:
        specialist_id, now = self.caller.with_role(Role.SPECIALIST), utc_now()
        with self.store.transaction() as tx:
            calendar = tx.lock_or_create(Calendar, specialist_id)
            booked = queries.booked_times(tx, specialist_id, now)
            tx.emit(*calendar.open(availability, booked, now))
            return tx.reply(calendar.to_resource())

    @rpc
    def get_availability(self) -> Availability:
        return self._calendar(self.caller.with_role(Role.SPECIALIST))[0].to_resource()

    @rpc
    def list_slots(self, specialist_id: UUID, query: SlotsQuery) -> Slots:
        calendar, booked = self._calendar(specialist_id)
        return Slots(items=list(calendar.slots(query, booked, utc_now())))

    def _calendar(self, specialist_id: UUID) -> tuple[Calendar, set[datetime]]:
        with self.store.reading() as session:
            calendar = session.get(Calendar, specialist_id)
            if calendar is None:
                raise NotFound(f"there is no calendar of {specialist_id}")
            return calendar, queries.booked_times(session, specialist_id, utc_now())

    # Consultations

    @rpc
    def book_consultation(self, specialist_id: UUID, starts_at: datetime) -> contract.Consultation:
        client_id, now = self.caller.with_role(Role.CLIENT), utc_now()
        self.caller.require_verified()
        with self.store.transaction() as tx:
            tx.refuse_forgotten(client_id)
            calendar = tx.lock(Calendar, specialist_id)
            booked = queries.booked_times(tx, specialist_id, now)
            had_before = queries.had_consultation(tx, client_id, specialist_id)
            consultation, event = Consultation.book(
                calendar, client_id, starts_at, booked, had_before, now
            )
            tx.add(consultation)
            tx.emit(event, *calendar.review(booked | {starts_at}, now))
            return tx.reply(consultation.to_resource())

    @rpc
    def get_consultation(self, consultation_id: UUID) -> contract.Consultation:
        with self.store.reading() as session:
            consultation = session.get(Consultation, consultation_id)
        if consultation is None:
            raise NotFound(f"there is no consultation {consultation_id}")
        consultation.require_party(self.caller)
        return consultation.to_resource()

    @rpc
    def list_consultations(self, page: PageQuery) -> Page[contract.Consultation]:
        mine = queries.consultations_of(self.caller.known())
        with self.store.reading() as session:
            return newest_first(session, mine, Consultation.id, page, Consultation.to_resource)

    # Privacy

    @rpc
    def export_personal_data(self) -> BookingData:
        account_id = self.caller.known()
        mine = queries.consultations_of(account_id).order_by(Consultation.id)
        with self.store.reading() as session:
            calendar = session.get(Calendar, account_id)
            return BookingData(
                availability=None if calendar is None else calendar.to_resource(),
                consultations=[each.to_resource() for each in session.scalars(mine)],
            )

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        tx.forget(event.account_id)
        erase(tx, event.account_id, utc_now())

    @every(seconds=5)
    def finish_erasures(self) -> None:
        forgetting.finish(
            self.store,
            lambda tx, id: erase(tx, id, utc_now()),
            lambda id: PersonalDataErased(account_id=id),
        )

    # What happens elsewhere, and with time

    @subscribe(SpecialistListed)
    def open_calendar(self, event: SpecialistListed, tx: Transaction) -> None:
        calendar = tx.lock_or_create(Calendar, event.specialist_id)
        calendar.learn_listing(True, event.version)

    @subscribe(SpecialistUnlisted)
    def close_calendar(self, event: SpecialistUnlisted, tx: Transaction) -> None:
        calendar = tx.lock_or_create(Calendar, event.specialist_id)
        calendar.learn_listing(False, event.version)

    @subscribe(LicenceExpired)
    def look_at_what_lies_ahead(self, event: LicenceExpired, tx: Transaction) -> None:
        ahead = tx.scalars(queries.consultations_ahead(event.specialist_id, utc_now()))
        if ids := [each.id for each in ahead if each.specialist_id == event.specialist_id]:
            tx.emit(ConsultationsAtRisk(specialist_id=event.specialist_id, consultation_ids=ids))

    @every(minutes=1)
    def review_calendars(self) -> None:
        """As time goes, next slots pass and new ones come over the horizon."""
        now = utc_now()
        with self.store.reading() as session:
            doubtful = list(session.scalars(queries.calendars_to_review(now)))
        for specialist_id in doubtful:
            with self.store.transaction() as tx:
                calendar = tx.get(Calendar, specialist_id, with_for_update=True)
                if calendar is not None:  # it may have been erased meanwhile
                    booked = queries.booked_times(tx, specialist_id, now)
                    tx.emit(*calendar.review(booked, now))
