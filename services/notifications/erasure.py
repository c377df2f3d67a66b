"""What becomes of what somebody was told when their account is erased."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from chassis.transaction import Transaction
from services.notifications.mails import Mail
from services.notifications.notices import Notice
from services.notifications.postbox import Postbox
from services.notifications.recipients import Recipient


def erase(tx: Transaction, account_id: UUID, postbox: Postbox) -> None:
    """Delete address, notices and mails, sent or not; harmless to repeat."""
    postbox.forget(tx.scalars(select(Mail.id).where(Mail.account_id == account_id)))
    for kind in (Mail, Notice, Recipient):
        tx.execute(delete(kind).where(kind.account_id == account_id))
