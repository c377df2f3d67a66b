"""Queries of holds: of a specialist, of a client, of a sign-up, and holds that have run out.

An open hold has not been ended, but its time may have run out; an active one is open and has time
left.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from contracts.booking.sign_up_holds import SignUpHoldStatus
from services.booking.holds.holds import Hold
from services.booking.holds.sign_up_holds import COUNTED_FOR, SignUpHold, Visitor


def holds_ahead(specialist_id: UUID, now: datetime) -> Select[Hold]:
    """A specialist's holds of times ahead, ended ones too."""
    return select(Hold).where(Hold.specialist_id == specialist_id, Hold.starts_at > now)


def holds_run_out(specialist_id: UUID, now: datetime) -> Select[Hold]:
    return select(Hold).where(
        Hold.specialist_id == specialist_id, Hold.ended.is_(False), Hold.until <= now
    )


def held_for(client_id: UUID, now: datetime) -> Select[Hold]:
    return (
        select(Hold)
        .where(Hold.client_id == client_id, Hold.ended.is_(False), Hold.until > now)
        .order_by(Hold.starts_at)
    )


def with_holds_to_end(now: datetime) -> Select[UUID]:
    """Specialists with a hold that has run out."""
    return select(Hold.specialist_id).where(Hold.ended.is_(False), Hold.until <= now).distinct()


# Holds of sign-ups

OPEN = SignUpHold.status == SignUpHoldStatus.HELD


def held_at(client_id: UUID, specialist_id: UUID, starts_at: datetime) -> Select[Hold]:
    """The client's open hold of this slot."""
    return select(Hold).where(
        Hold.client_id == client_id,
        Hold.specialist_id == specialist_id,
        Hold.starts_at == starts_at,
        Hold.ended.is_(False),
    )


def newest_hold_of_sign_up(secret_hash: str) -> Select[SignUpHold]:
    """The last hold of a sign-up, of any status."""
    mine = select(SignUpHold).where(SignUpHold.secret_hash == secret_hash)
    return mine.order_by(SignUpHold.made_at.desc(), SignUpHold.id.desc()).limit(1)


def open_holds_of(visitor: Visitor) -> Select[SignUpHold]:
    """Open holds of the same sign-up, and open holds for the same address from the same network:
    the visitor may have begun the sign-up again. Another network does not count, so that a stranger
    who knows an address can't end its hold."""
    same = SignUpHold.secret_hash == visitor.secret_hash
    if visitor.network is not None:
        again = and_(SignUpHold.mailbox == visitor.mailbox, SignUpHold.network == visitor.network)
        same = or_(same, again)
    return select(SignUpHold).where(OPEN, same).order_by(SignUpHold.id)


def made_for_mailbox(visitor: Visitor, now: datetime) -> Select[datetime]:
    """When holds for the address were made in the last day."""
    since = SignUpHold.made_at > now - COUNTED_FOR
    return select(SignUpHold.made_at).where(SignUpHold.mailbox == visitor.mailbox, since)


def made_from_network(visitor: Visitor, now: datetime) -> Select[datetime]:
    """When holds from the network were made in the last day; none where it is unknown."""
    since = SignUpHold.made_at > now - COUNTED_FOR
    return select(SignUpHold.made_at).where(SignUpHold.network == visitor.network, since)


def open_holds_with(specialist_id: UUID) -> Select[SignUpHold]:
    return select(SignUpHold).where(SignUpHold.specialist_id == specialist_id, OPEN)


def sign_up_holds_run_out(specialist_id: UUID, now: datetime) -> Select[SignUpHold]:
    return open_holds_with(specialist_id).where(SignUpHold.until <= now)


def with_sign_up_holds_to_end(now: datetime) -> Select[UUID]:
    """Specialists with a sign-up's hold that has run out."""
    return select(SignUpHold.specialist_id).where(OPEN, SignUpHold.until <= now).distinct()
