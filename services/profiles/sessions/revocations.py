"""Revocations: access tokens that are void before they expire.

Each gateway verifies tokens by itself. So the end of a session and changed rights of an account are
broadcast (``SessionsEnded``). A revocation is also stored until the last token it concerns has
expired, for gateways that missed the broadcast.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from chassis.ids import new_id
from contracts.profiles import sessions as contract
from contracts.profiles.sessions import CLOCKS_DIFFER, TOKEN_LIFETIME, SessionsEnded
from services.profiles.accounts.accounts import Account
from services.profiles.base import Base
from services.profiles.sessions.sessions import Session

KEPT = TOKEN_LIFETIME + CLOCKS_DIFFER
SESSIONS_AN_EVENT = 500


class Revocation(Base):
    __tablename__ = "revocations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    session_ids: Mapped[list[str]]
    before: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(index=True)

    def to_resource(self) -> contract.Revocation:
        return contract.Revocation(
            account_id=self.account_id,
            session_ids=[UUID(each) for each in self.session_ids],
            before=self.before,
        )


def end_session(tx: Transaction, session: Session, now: datetime) -> None:
    """End one session, which the transaction has locked; idempotent."""
    if session.ended_at is None:
        session.end(now)
        _revoke(tx, session.account_id, [session.id], None, now)


def end_sessions(tx: Transaction, account_id: UUID, now: datetime, but: UUID | None = None) -> None:
    """End all sessions of an account that the transaction has locked, or all but one."""
    mine = select(Session.id, Session.last_used_at)
    mine = mine.where(Session.account_id == account_id, Session.ended_at.is_(None))
    if but is not None:
        mine = mine.where(Session.id != but)
    ending = tx.execute(mine.order_by(Session.id).with_for_update()).all()
    ids = [each.id for each in ending]
    tx.execute(
        update(Session).where(Session.id.in_(ids)).values(ended_at=now),
        execution_options={"synchronize_session": False},
    )
    if but is None:
        revoke_all(tx, account_id, now)
    else:
        used_lately = [each.id for each in ending if each.last_used_at > now - KEPT]
        for start in range(0, len(used_lately), SESSIONS_AN_EVENT):
            _revoke(tx, account_id, used_lately[start : start + SESSIONS_AN_EVENT], None, now)


def revoke_all(tx: Transaction, account_id: UUID, now: datetime) -> None:
    """Revoke all access tokens of an account that the transaction has locked. Open sessions stay
    and get new ones.

    Tokens are issued while the account is locked, so each is issued either before or after this.
    Clocks of several hosts can't tell which. So the end of void tokens is put after the last issued
    one, and stored for the next to be issued after it.
    """
    last = tx.scalar(select(func.max(Session.last_used_at)).where(Session.account_id == account_id))
    before = now if last is None else max(now, last)
    account = tx.get(Account, account_id)
    if account is not None:
        account.tokens_void_until = before
    _revoke(tx, account_id, [], before, now)


def _revoke(
    tx: Transaction,
    account_id: UUID,
    session_ids: Collection[UUID],
    before: datetime | None,
    now: datetime,
) -> None:
    tx.add(
        Revocation(
            id=new_id(),
            account_id=account_id,
            session_ids=[str(each) for each in session_ids],
            before=before,
            made_at=now,
        )
    )
    tx.emit(SessionsEnded(account_id=account_id, session_ids=[*session_ids], before=before))


def revocations(now: datetime) -> Select[Revocation]:
    """Revocations of tokens that have not expired, the oldest first."""
    return select(Revocation).where(Revocation.made_at > now - KEPT).order_by(Revocation.made_at)


def prune_revocations(tx: Transaction, now: datetime) -> None:
    tx.execute(delete(Revocation).where(Revocation.made_at <= now - KEPT))
