"""Queries for an account's notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, Update, func, select, update
from sqlalchemy.orm import Session

from chassis.database.upserts import count_up
from services.notifications.accounts.queries import names_of
from services.notifications.name_placeholders import Names, named_in
from services.notifications.notices.notices import Notice, NoticeCounter


def notices_of(account_id: UUID) -> Select[Notice]:
    return select(Notice).where(Notice.account_id == account_id)


def notice_of(account_id: UUID, notice_id: UUID) -> Select[Notice]:
    """The notice, if it is this account's."""
    return notices_of(account_id).where(Notice.id == notice_id)


def number_unread(session: Session, account_id: UUID) -> int:
    unread = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return session.scalar(unread) or 0


def next_position(session: Session, account_id: UUID) -> int:
    """The position of the account's next notice. Other transactions that add one for this account
    wait from here on: positions are in the order of commits."""
    return count_up(session, cast(Table, NoticeCounter.__table__), account_id=account_id)


def newest_position(session: Session, account_id: UUID) -> int:
    counter = select(NoticeCounter.position).where(NoticeCounter.account_id == account_id)
    return session.scalar(counter) or 0


def added_after(account_id: UUID, position: int, limit: int) -> Select[int, str]:
    """Position and kind of the notices after this position, the oldest first."""
    return (
        select(Notice.position, Notice.kind)
        .where(Notice.account_id == account_id, Notice.position > position)
        .order_by(Notice.position)
        .limit(limit)
    )


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
