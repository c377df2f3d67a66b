"""Who is told what when something happens to a consultation, or a time is kept for somebody."""

from __future__ import annotations

from chassis.subscribe import subscribe
from chassis.transaction import Transaction
from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import RescueOffered
from contracts.booking.outcomes import BothWishToContinue
from contracts.booking.waitlist import SlotOffered
from contracts.profiles.accounts import Role
from services.notifications.accounts.queries import with_role
from services.notifications.consultations import wording
from services.notifications.consultations.told import Told, is_news
from services.notifications.notices.telling import tell, tell_each
from services.notifications.part import Part


class Consultations(Part):
    @subscribe(ConsultationBooked)
    def tell_both(self, event: ConsultationBooked, tx: Transaction) -> None:
        about = event.consultation_id
        if not is_news(tx, event):
            return
        tell(tx, event.client_id, wording.booked_by_you(event), about, by_mail=True)
        tell(tx, event.specialist_id, wording.booked_with_you(event), about, by_mail=True)

    @subscribe(ConsultationCancelled)
    def tell_the_other(self, event: ConsultationCancelled, tx: Transaction) -> None:
        about = event.consultation_id
        if not is_news(tx, event):
            return
        if event.cancelled_by == Party.CLIENT:
            words = wording.cancelled_for_specialist(event)
            tell(tx, event.specialist_id, words, about, by_mail=True)
        else:
            tell(tx, event.client_id, wording.cancelled_for_client(event), about, by_mail=True)

    @subscribe(ConsultationRescheduled)
    def tell_both_when(self, event: ConsultationRescheduled, tx: Transaction) -> None:
        if is_news(tx, event):
            tell_each(tx, event, wording.rescheduled(event))

    @subscribe(ConsultationPlaceChanged)
    def tell_both_where(self, event: ConsultationPlaceChanged, tx: Transaction) -> None:
        if is_news(tx, event):
            tell_each(tx, event, wording.place_changed(event))

    @subscribe(ConsultationCompleted)
    def ask_what_next(self, event: ConsultationCompleted, tx: Transaction) -> None:
        """Once, and nobody where a side has said no before."""
        told = tx.lock_or_create(Told, event.consultation_id)
        if not told.is_news(event.version):
            return
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        for party in told.ask_once(event.ask):
            tell(tx, sides[party], wording.completed(), event.consultation_id, by_mail=True)

    @subscribe(ConsultationMissed)
    def tell_who_missed(self, event: ConsultationMissed, tx: Transaction) -> None:
        """Both, so that either can say that it was otherwise."""
        if not is_news(tx, event):
            return
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        for party, account_id in sides.items():
            theirs = party == event.missed_by
            words = (wording.missed_by_you if theirs else wording.missed_by_the_other)(event)
            tell(tx, account_id, words, event.consultation_id, by_mail=True)

    @subscribe(BothWishToContinue)
    def tell_both_wish(self, event: BothWishToContinue, tx: Transaction) -> None:
        tell_each(tx, event, wording.both_wish_to_continue())

    @subscribe(RescueOffered)
    def tell_of_rescue(self, event: RescueOffered, tx: Transaction) -> None:
        words = wording.rescue_offered(event)
        tell(tx, event.client_id, words, event.consultation_id, by_mail=True)

    @subscribe(SlotOffered)
    def tell_who_waits(self, event: SlotOffered, tx: Transaction) -> None:
        words = wording.slot_offered(event)
        tell(tx, event.client_id, words, event.specialist_id, by_mail=True)

    @subscribe(ConsultationsAtRisk)
    def tell_admins(self, event: ConsultationsAtRisk, tx: Transaction) -> None:
        words = wording.consultations_at_risk(event)
        for admin in tx.scalars(with_role(Role.ADMIN)).all():
            tell(tx, admin, words, event.specialist_id, by_mail=True)
