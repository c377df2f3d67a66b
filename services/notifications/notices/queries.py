"""Queries for an account's notices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, Update, bindparam, func, select, update
from sqlalchemy.orm import Session

from chassis.database.upserts import count_up
from services.notifications.accounts.queries import names_of
from services.notifications.name_placeholders import Names, named_in
from services.notifications.notices.notices import Notice, NoticeCounter

NUMBERS_UNREAD = (
    select(Notice.account_id, func.count())
    .where(
        Notice.account_id.in_(bindparam("account_ids", expanding=True)), Notice.read_at.is_(None)
    )
    .group_by(Notice.account_id)
)


def notices_of(account_id: UUID) -> Select[Notice]:
    return select(Notice).where(Notice.account_id == account_id)


def notice_of(account_id: UUID, notice_id: UUID) -> Select[Notice]:
    """The notice, if it is this account's."""
    return notices_of(account_id).where(Notice.id == notice_id)


def number_unread(session: Session, account_id: UUID) -> int:
    return numbers_unread(session, [account_id]).get(account_id, 0)


def numbers_unread(session: Session, account_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many unread notices these accounts have, without those that have none."""
    unread = session.connection().execute(NUMBERS_UNREAD, {"account_ids": list(account_ids)})
    return {row[0]: row[1] for row in unread}


def positions_after(session: Session, added: Mapping[UUID, int]) -> dict[UUID, int]:
    """The positions of these accounts' newest notices once so many are added. Other transactions
    that add one for them wait from here on: positions are in the order of commits."""
    return count_up(session, cast(Table, NoticeCounter.__table__), added)


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
