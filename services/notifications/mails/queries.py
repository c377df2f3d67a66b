"""Queries for mails that are due, an account's mails, and the backlog."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, and_, bindparam, func, or_, select, union
from sqlalchemy.orm import Session

from chassis.ids import first_at, made_at
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.mails import UNSENT, Mail, MailStatus

LATELY = timedelta(days=1)
MAILS_KEPT = timedelta(days=30)
"""How long a mail is kept after it was sent, failed, or last tried, for questions of its
recipient."""
GOOD_ONCE_KEPT = timedelta(days=3)
"""No link in a mail is valid for longer."""

MAIL_TO_SEND = (
    select(Mail, Recipient)
    .join(Recipient, Recipient.account_id == Mail.account_id, isouter=True)
    .where(Mail.id == bindparam("mail_id"), Mail.status == MailStatus.WAITING)
)


class MailBacklog(NamedTuple):
    """``oldest_mail``: the age in seconds of the oldest waiting mail, or ``None``.
    ``mails_failed``: the number of mails that failed within a day."""

    mails_waiting: int
    oldest_mail: float | None
    mails_failed: int


def mails_due(now: datetime, limit: int) -> Select[UUID]:
    """Ids of mails due by ``now`` whose address is known. New mails come first, so that they don't
    wait behind others that fail slowly; then the longest due."""
    return (
        select(Mail.id)
        .join(Recipient, Recipient.account_id == Mail.account_id, isouter=True)
        .where(UNSENT, Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
        .where(or_(Mail.address.is_not(None), Recipient.email != ""))
        .order_by(Mail.attempts > 0, Mail.next_attempt_at)
        .limit(limit)
    )


def mail_to_send(session: Session, mail_id: UUID) -> tuple[Mail, Recipient | None] | None:
    """The mail with its present recipient, if it is still to be sent."""
    found = session.execute(MAIL_TO_SEND, {"mail_id": mail_id}).first()
    return None if found is None else (found.Mail, found.Recipient)


def mails_of(account_id: UUID) -> Select[Mail]:
    return select(Mail).where(Mail.account_id == account_id)


def mail_backlog(session: Session, now: datetime) -> MailBacklog:
    waits = and_(UNSENT, Mail.status == MailStatus.WAITING)
    first = session.scalar(select(Mail.id).where(waits).order_by(Mail.id).limit(1))
    due = session.scalar(select(func.min(Mail.next_attempt_at)).where(waits))
    # a mail is never due before it is made, and its id may not say when that was
    made = None if first is None else made_at(first)
    oldest = due if made is None or due is None else min(made, due)
    failed = (UNSENT, Mail.status == MailStatus.FAILED, Mail.next_attempt_at > now - LATELY)
    return MailBacklog(
        mails_waiting=session.scalar(select(func.count()).where(waits)) or 0,
        oldest_mail=None if oldest is None else max(0.0, (now - oldest).total_seconds()),
        mails_failed=session.scalar(select(func.count()).where(*failed)) or 0,
    )


def old_mails(now: datetime, limit: int) -> CompoundSelect[UUID]:
    """Ids of mails past their retention, sent or not, at most twice ``limit``.

    A mail that is tried is due again within an hour, so one that was due a month ago has no
    address, or no service sends it. None is due before it is made, which its id says.
    """
    due = Mail.next_attempt_at < now - MAILS_KEPT
    all_kinds = select(Mail.id).where(Mail.id < first_at(now - MAILS_KEPT), due).limit(limit)
    with_links = (
        select(Mail.id)
        .where(Mail.good_once, Mail.next_attempt_at < now - GOOD_ONCE_KEPT)
        .limit(limit)
    )
    # subqueries: SQLite takes no limit inside of a union
    return union(*(select(each.subquery()) for each in (all_kinds, with_links)))
