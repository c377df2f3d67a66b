"""Erasure of an account's notices, mails and address."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from chassis.database.transaction import Transaction
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.mails import Mail, MailStatus
from services.notifications.mails.postbox import Postbox
from services.notifications.notices.notices import Notice, NoticeCounter
from services.notifications.preferences.preferences import Preferences


def stop_notifying(tx: Transaction, account_id: UUID) -> None:
    """Delete address, preferences, notices and unsent mails of the account, and its practice's
    address from texts for others. Its name is not stored there."""
    for kind in (Notice, NoticeCounter, Recipient, Preferences):
        tx.execute(delete(kind).where(kind.account_id == account_id))
    for notice in tx.scalars(select(Notice).where(Notice.place_of == account_id)):
        notice.forget_place()
    for mail in tx.scalars(select(Mail).where(Mail.place_of == account_id)):
        mail.forget_place()
    tx.execute(delete(Mail).where(Mail.account_id == account_id, Mail.status != MailStatus.SENT))


def erase(tx: Transaction, account_id: UUID, postbox: Postbox) -> None:
    """Delete everything, including mails in the postbox; idempotent. Raises ``OSError``, with the
    mails still stored, where the postbox could not be cleared."""
    stop_notifying(tx, account_id)
    postbox.forget(tx.scalars(select(Mail.id).where(Mail.account_id == account_id)))
    tx.execute(delete(Mail).where(Mail.account_id == account_id))
