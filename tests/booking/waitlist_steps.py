"""What tests of the waitlist and of held times do over RPC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from chassis.context import Caller
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking.availability import Hours
from contracts.booking.waitlist import WaitlistEntry
from services.booking.holds.holds import Hold
from services.booking.service import BookingService
from tests.booking.builders import on
from tests.booking.steps import IN_THREE_DAYS, THAT_WEEKDAY
from tests.support.service_client import Talking
from tests.support.zones import zone_at

AWAKE, ASLEEP = zone_at(12), zone_at(2)


def one_slot() -> list[Hours]:
    return [on(THAT_WEEKDAY, "00:00", "00:30")]


def join(
    booking: Talking,
    client: Caller,
    specialist: Caller,
    zone: str = AWAKE,
    wishes: Sequence[Hours] = (),
) -> WaitlistEntry:
    answer = booking.asked_by(client).join_waitlist(
        specialist_id=specialist.known(), time_zone=zone, wishes=list(wishes)
    )
    return load(WaitlistEntry, answer, Reading.WIRE)


def leave(booking: Talking, client: Caller, specialist: Caller) -> None:
    booking.asked_by(client).leave_waitlist(specialist_id=specialist.known())


def let_holds_run_out(booking: Talking) -> None:
    with booking.store.transaction() as tx:
        tx.execute(update(Hold).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    clocks = BookingService()
    clocks.store = booking.store
    clocks.end_holds()


def hold_instead(
    booking: Talking,
    specialist: Caller,
    client: Caller,
    starts_at: datetime = IN_THREE_DAYS + timedelta(hours=3),
) -> None:
    """As rescue does."""
    until = datetime.now(UTC) + timedelta(minutes=30)
    with booking.store.transaction() as tx:
        tx.add(Hold.of(specialist.known(), client.known(), starts_at, until, new_id()))
