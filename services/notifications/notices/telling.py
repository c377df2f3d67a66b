"""How people are told, by a notice and by mail; whoever was erased is told nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.booking.consultations import ConsultationPlaceChanged, ConsultationRescheduled
from contracts.booking.outcomes import BothWishToContinue
from services.notifications.mails.mails import Mail
from services.notifications.notices.notices import Notice
from services.notifications.wording import Wording


def tell(
    tx: Transaction,
    account_id: UUID,
    words: Wording,
    about: UUID,
    by_mail: bool = False,
    address: str | None = None,
) -> None:
    """A notice, and the same by mail where asked; nothing to whoever was erased."""
    now = utc_now()
    if tx.is_forgotten(account_id):
        return
    tx.add(Notice.to(account_id, words.kind, words.text, about, now))
    if by_mail:
        tx.add(Mail.to(account_id, words.subject, words.text, now, address))


def tell_each(
    tx: Transaction,
    event: ConsultationRescheduled | ConsultationPlaceChanged | BothWishToContinue,
    words: Wording,
) -> None:
    """The same to both sides of a consultation, as a notice and by mail."""
    for account_id in (event.client_id, event.specialist_id):
        tell(tx, account_id, words, event.consultation_id, by_mail=True)


def send_once(
    tx: Transaction, account_id: UUID, address: str, words: Wording, now: datetime
) -> None:
    """A mail with a link that is good once: no notice, and kept no longer than needed."""
    if not tx.is_forgotten(account_id):
        tx.add(Mail.to(account_id, words.subject, words.text, now, address=address, good_once=True))
