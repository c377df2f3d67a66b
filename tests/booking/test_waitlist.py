"""The waitlist, as others meet it: on each database, with what comes free offered in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from chassis.context import Caller
from chassis.errors import Forbidden, NotFound
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.booking.availability import BadHours, DateOverride, Hours, Stretch
from contracts.booking.consultations import SlotTaken
from contracts.booking.waitlist import SlotOffered, SlotReleased, SlotsFree, Waitlist, WaitlistEntry
from contracts.profiles.privacy import AccountErased
from services.booking.service import BookingService
from services.booking.waitlist.queries import waits_for
from services.booking.waitlist.waits import Wait
from tests.booking.builders import EVERY_DAY, an_availability, on
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    book,
    cancel,
    reschedule,
    slots_of,
)
from tests.booking.waitlist_steps import (
    ASLEEP,
    AWAKE,
    hold_instead,
    join,
    leave,
    let_holds_run_out,
    one_slot,
)
from tests.support.eventually import eventually
from tests.support.service_client import Talking, somebody

AN_HALF = timedelta(minutes=30)


def a_full_specialist(booking: Talking) -> tuple[Caller, Caller, UUID]:
    """With one slot, which a client has booked: the specialist, the client, the consultation."""
    specialist, client = a_specialist(booking, hours=one_slot(), horizon_days=5), a_client()
    [slot] = slots_of(booking, specialist)
    return specialist, client, book(booking, client, specialist, slot).id


def waitlist_of(booking: Talking, client: Caller) -> list[WaitlistEntry]:
    return load(Waitlist, booking.asked_by(client).list_waitlist(), Reading.WIRE).items


def offered(booking: Talking, specialist: Caller) -> list[UUID | None]:
    return [each.client_id for each in booking.told(SlotOffered, specialist.known())]


def a_time_that_two_waited_for(booking: Talking) -> tuple[Caller, Caller, Caller]:
    """It has come free. With whom it is, and who waited, the first of them first."""
    specialist, had_it, consultation_id = a_full_specialist(booking)
    first, second = a_client(), a_client()
    for client in (first, second):
        join(booking, client, specialist)
    cancel(booking, had_it, consultation_id)
    return specialist, first, second


def test_a_released_slot_is_held_for_who_waits_the_longest_and_for_nobody_else(
    booking: Talking,
) -> None:
    specialist, first, second = a_time_that_two_waited_for(booking)

    assert offered(booking, specialist) == [first.account_id]
    assert slots_of(booking, specialist) == []
    for other in (second, a_client()):
        with pytest.raises(SlotTaken):
            book(booking, other, specialist, IN_THREE_DAYS)
    [entry] = waitlist_of(booking, first)
    assert entry.held is not None
    assert entry.held.starts_at == IN_THREE_DAYS
    assert waitlist_of(booking, second)[0].held is None
    seen_by_first = booking.asked_by(first).list_slots(specialist_id=specialist.known(), query={})
    assert len(seen_by_first["items"]) == 1
    assert book(booking, first, specialist, IN_THREE_DAYS)
    assert waitlist_of(booking, first) == []
    assert len(waitlist_of(booking, second)) == 1


@pytest.mark.parametrize("how", ["cancelled", "moved", "erased"])
def test_what_comes_free_is_held_in_the_moment_in_which_it_does(booking: Talking, how: str) -> None:
    """Nobody who looks at the right time is quicker than who waits."""
    specialist, had_it, consultation_id = a_full_specialist(booking)
    first = a_client()
    join(booking, first, specialist)
    if how == "cancelled":
        cancel(booking, had_it, consultation_id)
    elif how == "moved":
        next_week = IN_THREE_DAYS + timedelta(days=7)
        hold_instead(booking, specialist, had_it, next_week)
        booking.asked_by(specialist).set_availability(
            availability=an_availability(hours=one_slot(), horizon_days=12)
        )
        reschedule(booking, had_it, consultation_id, next_week)
    else:
        booking.hears(AccountErased(account_id=had_it.known()))
    [told] = booking.told(SlotOffered, specialist.known())
    assert (told.client_id, told.starts_at) == (first.account_id, IN_THREE_DAYS)
    [released] = booking.told(SlotReleased, specialist.known())
    assert released.starts_at == IN_THREE_DAYS
    assert IN_THREE_DAYS not in slots_of(booking, specialist)
    with pytest.raises(SlotTaken):
        book(booking, a_client(), specialist, IN_THREE_DAYS)


def test_what_is_not_taken_in_time_goes_to_the_next_and_at_last_to_everybody(
    booking: Talking,
) -> None:
    specialist, first, second = a_time_that_two_waited_for(booking)
    let_holds_run_out(booking)
    assert offered(booking, specialist) == [first.account_id, second.account_id]
    let_holds_run_out(booking)
    assert len(offered(booking, specialist)) == 2
    assert slots_of(booking, specialist) == [IN_THREE_DAYS]
    assert book(booking, a_client(), specialist, IN_THREE_DAYS)


def test_who_lets_a_hold_run_out_moves_to_the_end(booking: Talking) -> None:
    specialist, first, second = a_time_that_two_waited_for(booking)
    with booking.store.transaction() as tx:
        for hours, client in ((2, first), (1, second)):
            since = datetime.now(UTC) - timedelta(hours=hours)
            tx.execute(update(Wait).where(Wait.client_id == client.known()).values(since=since))
    let_holds_run_out(booking)
    with booking.store.reading() as session:
        waits = session.scalars(waits_for(specialist.known())).all()
    assert [each.client_id for each in waits] == [second.account_id, first.account_id]


def test_leaving_is_one_request_and_hands_on_what_was_held(booking: Talking) -> None:
    specialist, first, second = a_time_that_two_waited_for(booking)
    leave(booking, first, specialist)
    leave(booking, first, specialist)
    assert waitlist_of(booking, first) == []
    assert offered(booking, specialist) == [first.account_id, second.account_id]


def test_who_is_erased_waits_no_longer_and_holds_nothing(booking: Talking) -> None:
    specialist, had_it, consultation_id = a_full_specialist(booking)
    client = a_client()
    join(booking, client, specialist)
    cancel(booking, had_it, consultation_id)
    eventually(partial(offered, booking, specialist))
    booking.hears(AccountErased(account_id=client.known()))
    assert slots_of(booking, specialist) == [IN_THREE_DAYS]
    for table in ("waits", "holds"):
        assert client.account_id not in [row.client_id for row in booking.rows(table)]


def test_who_sleeps_is_not_asked_and_the_slot_is_everybodys(booking: Talking) -> None:
    specialist, had_it, consultation_id = a_full_specialist(booking)
    asleep, awake = a_client(), a_client()
    join(booking, asleep, specialist, ASLEEP)
    join(booking, awake, specialist)
    cancel(booking, had_it, consultation_id)
    assert eventually(partial(offered, booking, specialist)) == [awake.account_id]
    let_holds_run_out(booking)
    assert slots_of(booking, specialist) == [IN_THREE_DAYS]


# What is held because a consultation fell through


def test_neither_letting_go_nor_leaving_touches_what_is_held_for_another_reason(
    booking: Talking,
) -> None:
    specialist, _, _ = a_full_specialist(booking)
    first, second = a_client(), a_client()
    for client in (first, second):
        join(booking, client, specialist)
    hold_instead(booking, specialist, first)
    [waited] = waitlist_of(booking, first)
    assert waited.held is None

    let_holds_run_out(booking)
    assert [each.client_id for each in in_order(booking, specialist)] == [
        first.account_id,
        second.account_id,
    ]

    hold_instead(booking, specialist, first)
    leave(booking, first, specialist)
    assert waitlist_of(booking, first) == []
    assert len(booking.asked_by(first).list_held_slots()["items"]) == 1


def in_order(booking: Talking, specialist: Caller) -> list[Any]:
    rows = [each for each in booking.rows("waits") if each.specialist_id == specialist.account_id]
    return sorted(rows, key=lambda each: each.since)


def test_joining_again_keeps_the_place_and_takes_on_what_is_wished_for(booking: Talking) -> None:
    specialist, _, _ = a_full_specialist(booking)
    client = a_client()
    first = join(booking, client, specialist)
    again = join(booking, client, specialist, ASLEEP, [on("monday", "18:00", "20:00")])
    assert again == replace(first, time_zone=ASLEEP, wishes=[on("monday", "18:00", "20:00")])
    assert waitlist_of(booking, client) == [again]
    [row] = in_order(booking, specialist)
    assert row.since == row.joined_at


# What is wished for


def test_one_whom_no_free_time_fits_may_wait_and_is_offered_the_first_that_does(
    booking: Talking,
) -> None:
    specialist = a_specialist(booking, hours=[on(THAT_WEEKDAY, "09:00", "10:00")], horizon_days=5)
    client = a_client()
    with pytest.raises(SlotsFree):
        join(booking, client, specialist, "UTC", [on(THAT_WEEKDAY, "08:00", "10:00")])
    zone = AWAKE
    fits = a_time(zone, IN_THREE_DAYS + timedelta(hours=18))
    assert join(booking, client, specialist, zone, [fits]).held is None
    assert len(slots_of(booking, specialist)) == 2
    booking.asked_by(specialist).set_availability(
        availability=an_availability(hours=[on(THAT_WEEKDAY, "17:00", "20:00")], horizon_days=5)
    )
    [told] = booking.told(SlotOffered, specialist.known())
    assert told.starts_at == IN_THREE_DAYS + timedelta(hours=18)


def a_time(zone: str, starts_at: datetime) -> Hours:
    """Half an hour each week, as that zone shows it."""
    local, ends = (each.astimezone(ZoneInfo(zone)) for each in (starts_at, starts_at + AN_HALF))
    return Hours(weekday=EVERY_DAY[local.weekday()], starts=f"{local:%H:%M}", ends=f"{ends:%H:%M}")


def test_wishes_that_overlap_are_refused_by_name(booking: Talking) -> None:
    specialist, _, _ = a_full_specialist(booking)
    wishes = [on("monday", "18:00", "20:00"), on("monday", "19:00", "21:00")]
    with pytest.raises(BadHours) as refusal:
        join(booking, a_client(), specialist, AWAKE, wishes)
    assert [each.field for each in refusal.value.errors] == ["wishes.1"]


def test_where_there_are_slots_nobody_waits(booking: Talking) -> None:
    with pytest.raises(SlotsFree):
        join(booking, a_client(), a_specialist(booking))


def test_where_there_are_slots_only_in_months_nobody_waits_either(booking: Talking) -> None:
    specialist = a_specialist(booking)
    late = DateOverride(
        day=IN_THREE_DAYS.date() + timedelta(days=150),
        hours=[Stretch(starts="09:00", ends="10:00")],
    )
    availability = replace(an_availability(hours=[], horizon_days=180), overrides=[late])
    booking.asked_by(specialist).set_availability(availability=availability)
    with pytest.raises(SlotsFree):
        join(booking, a_client(), specialist)


def test_only_clients_wait_and_for_somebody_who_is_there(booking: Talking) -> None:
    with pytest.raises(NotFound):
        join(booking, a_client(), Caller(new_id()))
    with pytest.raises(Forbidden):
        join(booking, somebody("specialist"), Caller(new_id()))


def test_looking_again_for_who_waits_changes_nothing_where_nothing_is_free(
    booking: Talking,
) -> None:
    specialist, _, _ = a_full_specialist(booking)
    join(booking, a_client(), specialist)
    before = the_calendar_of(booking, specialist)
    clocks = BookingService()
    clocks.store = booking.store
    clocks.offer_what_is_free()
    assert the_calendar_of(booking, specialist) == before


def the_calendar_of(booking: Talking, specialist: Caller) -> Any:
    [row] = [each for each in booking.rows("calendars") if each.specialist_id == specialist.known()]
    return row
