"""Reads that are more than a get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select

from services.notifications.mails import Mail, MailStatus
from services.notifications.recipients import Recipient


def mails_due(now: datetime, limit: int) -> Select[Mail, Recipient]:
    """Mails to send by ``now`` whose recipient's address is known, the longest due first."""
    return (
        select(Mail, Recipient)
        .join(Recipient, Recipient.account_id == Mail.account_id)
        .where(Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
        .order_by(Mail.next_attempt_at)
        .limit(limit)
    )
