"""What tests of half hours that are held for sign-ups do over RPC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from chassis.context import CallContext, Caller, entered
from chassis.schemas import Reading, load
from contracts.booking.sign_up_holds import HeldForSignUp, HoldForSignUp, SignUpHold
from contracts.half_hours import SignUpHoldKey, held_under, secret_hash
from services.booking.holds import sign_up_holds
from services.booking.service import BookingService
from tests.support.service_client import NOBODY, Talking

TWENTY_MINUTES = timedelta(minutes=20)


def a_mailbox() -> str:
    return f"{uuid4().hex}@example.org"


def a_network() -> str:
    """An address in a network that no other test uses."""
    number = uuid4().int
    return f"2001:db8:{number % 0xFFFF:x}:{number >> 16 & 0xFFFF:x}::1"


def hold(
    booking: Talking,
    specialist: Caller,
    starts_at: datetime,
    email: str | None = None,
    address: str | None = None,
    key: str | None = None,
    **more: Any,
) -> HeldForSignUp:
    """A slot is held for a sign-up, by another visitor unless an address says which."""
    wanted = HoldForSignUp(
        email=email or a_mailbox(), specialist_id=specialist.known(), starts_at=starts_at, **more
    )
    with entered(CallContext(address=address or a_network(), idempotency_key=key)):
        answer = booking.house.remote("booking").hold_for_sign_up(wanted=wanted)
    return load(HeldForSignUp, answer, Reading.WIRE)


def hold_of(booking: Talking, secret: str) -> SignUpHold:
    answer = booking.asked_by(NOBODY).get_hold_of_sign_up(hold=held_under(secret))
    return load(SignUpHold, answer, Reading.WIRE)


def take_over(booking: Talking, client: Caller, secret: str, with_note: bool = True) -> SignUpHold:
    of = SignUpHoldKey(secret_hash=secret_hash(secret), with_note=with_note)
    return load(SignUpHold, booking.asked_by(client).take_over_hold(hold=of), Reading.WIRE)


def let_sign_ups_run_out(booking: Talking) -> None:
    """Twenty minutes pass for all of them, and the clock looks."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    with booking.store.transaction() as tx:
        tx.execute(update(sign_up_holds.SignUpHold).values(until=past))
    clocks = BookingService()
    clocks.store = booking.store
    clocks.end_holds()


def rows_of(booking: Talking, secret: str) -> list[Any]:
    """The rows of this sign-up's holds, the oldest first."""
    of = secret_hash(secret)
    mine = [each for each in booking.rows("sign_up_holds") if each.secret_hash == of]
    return sorted(mine, key=lambda row: row.made_at)
