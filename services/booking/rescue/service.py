"""Subscriptions that start a rescue, and those that keep the read model of specialists."""

from __future__ import annotations

from chassis.database.transaction import Transaction
from chassis.messaging.subscribe import subscribe
from chassis.times import utc_now
from contracts.booking.attendance import ConsultationMissed
from contracts.booking.consultations import ConsultationCancelled, Party
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.specialists import SpecialistListed, SpecialistUpdated
from services.booking.rescue.offering import offer_others
from services.booking.rescue.specialist_facts import SpecialistFacts


class Rescue:
    @subscribe(ConsultationCancelled)
    def rescue_cancelled(self, event: ConsultationCancelled, tx: Transaction) -> None:
        if event.cancelled_by == Party.SPECIALIST:
            offer_others(tx, event, utc_now())

    @subscribe(ConsultationMissed)
    def rescue_missed(self, event: ConsultationMissed, tx: Transaction) -> None:
        if event.missed_by == Party.SPECIALIST:
            offer_others(tx, event, utc_now())

    # The read model of specialists

    @subscribe(SpecialistListed)
    def remember_profile(self, event: SpecialistListed, tx: Transaction) -> None:
        tx.lock_or_create(SpecialistFacts, event.specialist_id).learn(event)

    @subscribe(SpecialistUpdated)
    def remember_changes(self, event: SpecialistUpdated, tx: Transaction) -> None:
        tx.lock_or_create(SpecialistFacts, event.specialist_id).learn(event)

    @subscribe(SpecialistFeatured)
    def remember_featured(self, event: SpecialistFeatured, tx: Transaction) -> None:
        tx.lock_or_create(SpecialistFacts, event.specialist_id).learn_featuring(event)

    @subscribe(SpecialistUnfeatured)
    def remember_unfeatured(self, event: SpecialistUnfeatured, tx: Transaction) -> None:
        tx.lock_or_create(SpecialistFacts, event.specialist_id).learn_featuring(event)
