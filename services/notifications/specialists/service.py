"""Notifications to specialists about profile, licence and calendars: the subscriptions."""

from __future__ import annotations

from functools import partial

from chassis.database.transaction import Transaction
from chassis.messaging.subscribe import subscribe
from contracts.booking.availability import FreeConsultationsPaused, FreeConsultationsResumed
from contracts.booking.external_calendars import (
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
)
from contracts.profiles.featuring import SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.licences import (
    LicenceDeclined,
    LicenceExpired,
    LicenceExpiring,
    SpecialistVerified,
)
from services.notifications.notify import notify
from services.notifications.specialists import letters


class Specialists:
    @subscribe(ExternalCalendarFailed)
    def tell_external_calendar_failed(self, event: ExternalCalendarFailed, tx: Transaction) -> None:
        words = partial(letters.external_calendar_failed, event=event)
        notify(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(ExternalCalendarRecovered)
    def tell_external_calendar_recovered(
        self, event: ExternalCalendarRecovered, tx: Transaction
    ) -> None:
        words = partial(letters.external_calendar_recovered, event=event)
        notify(tx, event.specialist_id, words, event.specialist_id)

    @subscribe(ExternalCalendarReadInPart)
    def tell_external_calendar_read_in_part(
        self, event: ExternalCalendarReadInPart, tx: Transaction
    ) -> None:
        words = partial(letters.external_calendar_read_in_part, event=event)
        notify(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(SpecialistFeatured)
    def tell_featured(self, event: SpecialistFeatured, tx: Transaction) -> None:
        notify(tx, event.specialist_id, letters.featured, event.specialist_id)

    @subscribe(SpecialistUnfeatured)
    def tell_unfeatured(self, event: SpecialistUnfeatured, tx: Transaction) -> None:
        notify(
            tx,
            event.specialist_id,
            partial(letters.unfeatured, reason=event.reason),
            event.specialist_id,
        )

    @subscribe(FreeConsultationsPaused)
    def tell_paused(self, event: FreeConsultationsPaused, tx: Transaction) -> None:
        notify(tx, event.specialist_id, letters.paused, event.specialist_id, by_mail=True)

    @subscribe(FreeConsultationsResumed)
    def tell_resumed(self, event: FreeConsultationsResumed, tx: Transaction) -> None:
        notify(tx, event.specialist_id, letters.resumed, event.specialist_id, by_mail=True)

    @subscribe(SpecialistVerified)
    def tell_verified(self, event: SpecialistVerified, tx: Transaction) -> None:
        notify(tx, event.specialist_id, letters.verified, event.specialist_id, by_mail=True)

    @subscribe(LicenceDeclined)
    def tell_declined(self, event: LicenceDeclined, tx: Transaction) -> None:
        words = partial(letters.declined, reason=event.reason)
        notify(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(LicenceExpiring)
    def tell_expiring(self, event: LicenceExpiring, tx: Transaction) -> None:
        words = partial(letters.expiring, expires_on=event.expires_on, days_left=event.days_left)
        notify(tx, event.specialist_id, words, event.specialist_id, by_mail=True)

    @subscribe(LicenceExpired)
    def tell_expired(self, event: LicenceExpired, tx: Transaction) -> None:
        words = partial(letters.expired, expires_on=event.expires_on)
        notify(tx, event.specialist_id, words, event.specialist_id, by_mail=True)
