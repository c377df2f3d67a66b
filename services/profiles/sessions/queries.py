"""Queries and bulk changes of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, select, update
from sqlalchemy.orm import Session as Reading

from chassis.database.transaction import Transaction
from chassis.networks import subnet_of
from services.profiles.sessions.sessions import GRACE, IDLE, LONGEST, RefreshToken, Session

PRUNED_AT_ONCE = 1000


def open_sessions(account_id: UUID, now: datetime) -> Select[Session]:
    """Open sessions of an account, the last used first."""
    mine = and_(Session.account_id == account_id, Session.ended_at.is_(None))
    return (
        select(Session)
        .where(mine, Session.last_used_at > now - IDLE, Session.made_at > now - LONGEST)
        .order_by(Session.last_used_at.desc(), Session.id.desc())
    )


def is_familiar(reading: Reading, account_id: UUID, address: str | None, now: datetime) -> bool:
    """Whether the account signed in from this network lately."""
    if address is None:
        return False
    lately = and_(Session.account_id == account_id, Session.last_used_at > now - IDLE)
    known = reading.scalars(select(Session.address).where(lately).distinct())
    return subnet_of(address) in {subnet_of(each) for each in known}


def last_used(reading: Reading, account_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """The time of each account's last use of a session, for those that had one lately."""
    newest = select(Session.account_id, func.max(Session.last_used_at).label("used_at"))
    mine = newest.where(Session.account_id.in_(account_ids)).group_by(Session.account_id)
    return {row.account_id: row.used_at for row in reading.execute(mine)}


def prune_answers(tx: Transaction, now: datetime) -> None:
    """Delete stored answers to refresh tokens once they can't be repeated any more."""
    given = and_(RefreshToken.answer.is_not(None), RefreshToken.used_at <= now - GRACE)
    tx.execute(update(RefreshToken).where(given).values(answer=None))


def delete_sessions_of(tx: Transaction, account_id: UUID) -> None:
    """Delete all sessions of an account."""
    _delete(tx, select(Session.id).where(Session.account_id == account_id))


def prune_sessions(tx: Transaction, now: datetime) -> None:
    """Delete old sessions, a limited number at a time. An ended session stays while its network
    counts as familiar."""
    unused = Session.last_used_at < now - IDLE  # an ended session is not used any more
    _delete(tx, select(Session.id).where(unused).limit(PRUNED_AT_ONCE))


def _delete(tx: Transaction, these: Select[UUID]) -> None:
    """Lock sessions before their tokens, as a refresh does, to avoid a deadlock."""
    ids = tx.scalars(these.order_by(Session.id).with_for_update()).all()
    tx.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(ids)))
    tx.execute(delete(Session).where(Session.id.in_(ids)))
