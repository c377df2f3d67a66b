"""Notifications about consultations and held slots: the subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from chassis.database.transaction import Transaction
from chassis.events import Event
from chassis.messaging.subscribe import subscribe
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
from services.notifications import dependencies
from services.notifications.accounts.queries import with_role
from services.notifications.consultations import letters
from services.notifications.consultations.progress import ConsultationProgress, Told, if_news
from services.notifications.letters import Wording
from services.notifications.mails.links import SiteUrls
from services.notifications.notify import notify
from services.notifications.readers import Reader


class Consultations:
    links = dependencies.links

    @subscribe(ConsultationBooked)
    def tell_both(self, event: ConsultationBooked, tx: Transaction) -> None:
        words = {
            event.client_id: letters.booked_by_you,
            event.specialist_id: letters.booked_with_you,
        }
        self._notify_if_news(tx, event, words)

    @subscribe(ConsultationCancelled)
    def tell_the_other(self, event: ConsultationCancelled, tx: Transaction) -> None:
        """Notify the side that did not cancel, or both where the platform cancelled."""
        if event.specialist_unavailable:
            words = {
                event.client_id: letters.cancelled_as_unavailable,
                event.specialist_id: letters.cancelled_for_you,
            }
        elif event.cancelled_by == Party.CLIENT:
            words = {event.specialist_id: letters.cancelled_for_specialist}
        else:
            words = {event.client_id: letters.cancelled_for_client}
        self._notify_if_news(tx, event, words)

    @subscribe(ConsultationRescheduled)
    def tell_both_when(self, event: ConsultationRescheduled, tx: Transaction) -> None:
        self._notify_if_news(tx, event, dict.fromkeys(_both(event), letters.rescheduled))

    @subscribe(ConsultationPlaceChanged)
    def tell_both_where(self, event: ConsultationPlaceChanged, tx: Transaction) -> None:
        self._notify_if_news(tx, event, dict.fromkeys(_both(event), letters.place_changed))

    @subscribe(ConsultationCompleted)
    def ask_what_next(self, event: ConsultationCompleted, tx: Transaction) -> None:
        """Ask once, and no side where either has declined before."""
        progress = tx.lock_or_create(ConsultationProgress, event.consultation_id)
        if not progress.is_news(event.version):
            return
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        for party in progress.ask_once(event.ask):
            self._notify(tx, sides[party], event, letters.completed)

    @subscribe(ConsultationMissed)
    def tell_who_missed(self, event: ConsultationMissed, tx: Transaction) -> None:
        """Notify both sides, so that either can dispute it."""
        sides = {Party.CLIENT: event.client_id, Party.SPECIALIST: event.specialist_id}
        words = {
            account_id: letters.missed_by_you
            if party == event.missed_by
            else letters.missed_by_the_other
            for party, account_id in sides.items()
        }
        self._notify_if_news(tx, event, words)

    @subscribe(BothWishToContinue)
    def tell_both_wish(self, event: BothWishToContinue, tx: Transaction) -> None:
        for account_id in _both(event):
            self._notify(tx, account_id, event, letters.both_wish_to_continue)

    @subscribe(RescueOffered)
    def tell_of_rescue(self, event: RescueOffered, tx: Transaction) -> None:
        self._notify(tx, event.client_id, event, letters.rescue_offered)

    @subscribe(SlotOffered)
    def tell_who_waits(self, event: SlotOffered, tx: Transaction) -> None:
        words = self._linking(letters.slot_offered, event)
        notify(tx, event.client_id, words, event.specialist_id, by_mail=True)

    @subscribe(ConsultationsAtRisk)
    def tell_admins(self, event: ConsultationsAtRisk, tx: Transaction) -> None:
        words = self._linking(letters.consultations_at_risk, event)
        for admin in tx.scalars(with_role(Role.ADMIN)).all():
            notify(tx, admin, words, event.specialist_id, by_mail=True)

    def _notify_if_news(
        self, tx: Transaction, event: Told, words: Mapping[UUID, Callable[..., Wording]]
    ) -> None:
        """Notify these accounts, each in its words, unless a newer event was told before."""

        def tell() -> None:
            for account_id, theirs in words.items():
                self._notify(tx, account_id, event, theirs)

        if_news(tx, event, tell)

    def _notify(
        self,
        tx: Transaction,
        account_id: UUID,
        event: letters.Sided | RescueOffered,
        words: Callable[[Reader, Any, SiteUrls], Wording],
    ) -> None:
        """Add a notice and a mail about the consultation for one side."""
        words_for = self._linking(words, event)
        notify(tx, account_id, words_for, event.consultation_id, by_mail=True)

    def _linking(
        self, words: Callable[[Reader, Any, SiteUrls], Wording], event: Event
    ) -> Callable[[Reader], Wording]:
        """The words with links to the pages in each reader's language."""
        return lambda reader: words(reader, event, self.links.read_in(reader.language))


def _both(event: letters.Sided) -> tuple[UUID, UUID]:
    return event.client_id, event.specialist_id
