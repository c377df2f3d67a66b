"""Which mails are to leave, and whose they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.mails import Mail, MailStatus


def mails_due(now: datetime, limit: int) -> Select[UUID]:
    """Ids of mails to send by ``now`` whose recipient's address is known, the longest due first."""
    return (
        select(Mail.id)
        .join(Recipient, Recipient.account_id == Mail.account_id)
        .where(Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
        .where(Recipient.email != "")
        .order_by(Mail.next_attempt_at)
        .limit(limit)
    )


def mail_to_send(mail_id: UUID) -> Select[Mail, Recipient]:
    """The mail with its recipient as of now, if it is still to be sent."""
    return (
        select(Mail, Recipient)
        .join(Recipient, Recipient.account_id == Mail.account_id)
        .where(Mail.id == mail_id, Mail.status == MailStatus.WAITING)
    )


def mails_of(account_id: UUID) -> Select[Mail]:
    return select(Mail).where(Mail.account_id == account_id)
