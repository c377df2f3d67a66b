"""Queries for an account's notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Update, func, select, update
from sqlalchemy.orm import Session

from services.notifications.accounts.queries import names_of
from services.notifications.name_placeholders import Names, named_in
from services.notifications.notices.notices import Notice


def notices_of(account_id: UUID) -> Select[Notice]:
    return select(Notice).where(Notice.account_id == account_id)


def notice_of(account_id: UUID, notice_id: UUID) -> Select[Notice]:
    """The notice, if it is this account's."""
    return notices_of(account_id).where(Notice.id == notice_id)


def number_unread(session: Session, account_id: UUID) -> int:
    unread = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return session.scalar(unread) or 0


def read_all(account_id: UUID, now: datetime) -> Update:
    unread = (Notice.account_id == account_id, Notice.read_at.is_(None))
    return (
        update(Notice)
        .where(*unread)
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def names_in(session: Session, notices: Sequence[Notice]) -> Names:
    """The names that these notices have marks of."""
    return names_of(session, named_in(each.text for each in notices))
