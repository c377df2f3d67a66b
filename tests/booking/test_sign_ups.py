"""Half hours held for sign-ups: on each database, for one visitor at a time, and for no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from chassis.context import Caller
from chassis.errors import EmailNotVerified, Forbidden, NotFound, Unauthenticated
from chassis.maintenance.pruning import prune
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.booking.availability import AvailabilityChanged
from contracts.booking.consultations import (
    BudgetSpent,
    NotListed,
    PrivateNote,
    SlotNotOffered,
    SlotTaken,
)
from contracts.booking.holds import HeldSlots
from contracts.booking.sign_up_holds import (
    HeldForSignUp,
    HoldsTaken,
    SignUpHoldStatus,
    TooManyHolds,
)
from contracts.booking.slots import NearestSlots, NearestSlotsQuery
from contracts.profiles.privacy import AccountErased
from services.booking.availability.calendars import Calendar
from services.booking.holds.sign_up_holds import COUNTED_FOR, SignUpHold
from services.booking.retention import RULES
from services.booking.service import BookingService
from tests.booking.builders import HALF_AN_HOUR, an_availability, on
from tests.booking.sign_up_steps import (
    TWENTY_MINUTES,
    a_mailbox,
    a_network,
    hold,
    hold_of,
    let_sign_ups_run_out,
    rows_of,
    take_over,
)
from tests.booking.steps import (
    IN_THREE_DAYS,
    SECRET,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    book,
    cancel,
    slots_of,
    unlisted,
)
from tests.booking.waitlist_steps import join, leave, one_slot
from tests.support.service_client import NOBODY, Talking, at_once, somebody

NEXT_SLOT = IN_THREE_DAYS + HALF_AN_HOUR


def held_slots_of(booking: Talking, client: Caller) -> list[datetime]:
    answer = booking.asked_by(client).list_held_slots()
    return [each.starts_at for each in load(HeldSlots, answer, Reading.WIRE).items]


def seen_by(booking: Talking, client: Caller, specialist: Caller) -> list[str]:
    answer = booking.asked_by(client).list_slots(specialist_id=specialist.known(), query={})
    return [each["starts_at"] for each in answer["items"]]


def note_of(booking: Talking, client: Caller, consultation_id: Any) -> str | None:
    answer = booking.asked_by(client).get_consultation(consultation_id=consultation_id)
    note: str | None = answer["note"]
    return note


# Holding


def test_a_slot_is_held_for_twenty_minutes_for_who_has_the_secret(booking: Talking) -> None:
    specialist, before = a_specialist(booking), datetime.now(UTC)
    held = hold(booking, specialist, IN_THREE_DAYS)
    assert before <= held.held_until - TWENTY_MINUTES <= datetime.now(UTC)
    assert (held.specialist_id, held.starts_at) == (specialist.account_id, IN_THREE_DAYS)
    assert len(held.sign_up) == 43
    assert hold_of(booking, held.sign_up).status == SignUpHoldStatus.HELD
    with pytest.raises(NotFound):
        hold_of(booking, "another secret")


def test_a_held_slot_is_hidden_from_all_others_and_booked_by_none(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    assert IN_THREE_DAYS in slots_of(booking, specialist)  # and cached
    hold(booking, specialist, IN_THREE_DAYS)
    assert slots_of(booking, specialist)[0] == NEXT_SLOT
    assert IN_THREE_DAYS.isoformat() not in seen_by(booking, client, specialist)
    with pytest.raises(SlotTaken):
        book(booking, client, specialist, IN_THREE_DAYS)
    with pytest.raises(SlotTaken):
        hold(booking, specialist, IN_THREE_DAYS)


@pytest.mark.parametrize(
    ("specialist_has", "starts_at", "refusal"),
    [
        ({}, IN_THREE_DAYS + timedelta(minutes=10), SlotNotOffered),
        ({"profile_listed": False}, IN_THREE_DAYS, NotListed),
    ],
)
def test_what_could_not_be_booked_is_not_held(
    booking: Talking, specialist_has: dict[str, Any], starts_at: datetime, refusal: type[Exception]
) -> None:
    specialist = a_specialist(booking, **specialist_has)
    with pytest.raises(refusal):
        hold(booking, specialist, starts_at)


def test_nothing_is_held_with_a_specialist_who_does_not_exist(booking: Talking) -> None:
    with pytest.raises(NotFound):
        hold(booking, somebody("specialist"), IN_THREE_DAYS)


def test_a_repeated_call_answers_the_same_secret(booking: Talking) -> None:
    specialist, email, address = a_specialist(booking), a_mailbox(), a_network()
    first, again = (
        hold(booking, specialist, IN_THREE_DAYS, email, address, key="once") for _ in range(2)
    )
    assert first == again
    assert len(rows_of(booking, first.sign_up)) == 1


def test_the_same_slot_again_keeps_its_time_and_takes_the_new_note(booking: Talking) -> None:
    specialist, email, address = a_specialist(booking), a_mailbox(), a_network()
    first = hold(booking, specialist, IN_THREE_DAYS, email, address, note="one")
    again = hold(
        booking, specialist, IN_THREE_DAYS, email, address, note="two", sign_up=first.sign_up
    )
    assert again == first
    client = a_client()
    take_over(booking, client, first.sign_up)
    booked = book(booking, client, specialist, IN_THREE_DAYS)
    assert note_of(booking, client, booked.id) == "two"


# One at a time


def test_another_slot_replaces_the_one_that_the_sign_up_had(booking: Talking) -> None:
    specialist, other = a_specialist(booking), a_specialist(booking)
    first = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    second = hold(booking, other, NEXT_SLOT, sign_up=first.sign_up)
    assert second.sign_up == first.sign_up
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    assert IN_THREE_DAYS in slots_of(booking, other)
    assert NEXT_SLOT not in slots_of(booking, other)
    assert hold_of(booking, first.sign_up).specialist_id == other.account_id
    assert [row.sealed_note for row in rows_of(booking, first.sign_up)] == [None, None]


def test_who_begins_again_in_the_same_network_has_one_hold_still(booking: Talking) -> None:
    specialist, email, address = a_specialist(booking), a_mailbox(), a_network()
    first = hold(booking, specialist, IN_THREE_DAYS, email, address)
    second = hold(booking, specialist, NEXT_SLOT, email, address)
    assert first.sign_up != second.sign_up
    assert hold_of(booking, first.sign_up).status == SignUpHoldStatus.OVER
    assert IN_THREE_DAYS in slots_of(booking, specialist)


def test_a_stranger_who_knows_the_address_does_not_end_its_hold(booking: Talking) -> None:
    specialist, email = a_specialist(booking), a_mailbox()
    first = hold(booking, specialist, IN_THREE_DAYS, email)
    hold(booking, specialist, NEXT_SLOT, email)
    assert hold_of(booking, first.sign_up).status == SignUpHoldStatus.HELD


def test_where_the_new_slot_is_refused_the_earlier_hold_stands(booking: Talking) -> None:
    specialist = a_specialist(booking)
    first = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    with pytest.raises(SlotNotOffered):
        hold(booking, specialist, IN_THREE_DAYS - HALF_AN_HOUR, sign_up=first.sign_up)
    assert hold_of(booking, first.sign_up).status == SignUpHoldStatus.HELD
    assert rows_of(booking, first.sign_up)[0].sealed_note is not None


def test_what_a_visitor_gives_up_goes_to_who_waits(booking: Talking) -> None:
    specialist, other = a_specialist(booking, hours=one_slot(), horizon_days=5), a_client()
    elsewhere = a_specialist(booking)
    first = hold(booking, specialist, IN_THREE_DAYS)
    join(booking, other, specialist)
    hold(booking, elsewhere, IN_THREE_DAYS, sign_up=first.sign_up)
    assert held_slots_of(booking, other) == [IN_THREE_DAYS]


# Three a day, two at once


def test_an_address_may_hold_three_a_day_in_any_spelling(booking: Talking) -> None:
    specialists = [a_specialist(booking) for _ in range(4)]
    name = a_mailbox().partition("@")[0]
    spellings = (f"{name}@example.org", f"{name.upper()}@Example.org", f"{name}+x@example.org")
    for specialist, email in zip(specialists, spellings, strict=False):
        hold(booking, specialist, IN_THREE_DAYS, email)
    with pytest.raises(TooManyHolds) as refused:
        hold(booking, specialists[3], IN_THREE_DAYS, spellings[0])
    a_day = COUNTED_FOR.total_seconds()
    assert a_day - 600 < refused.value.retry_after_s <= a_day
    assert hold(booking, specialists[3], IN_THREE_DAYS)


def test_a_network_may_hold_three_a_day_whatever_the_addresses(booking: Talking) -> None:
    specialists = [a_specialist(booking) for _ in range(4)]
    network = a_network()
    for number, specialist in enumerate(specialists[:3], start=1):
        hold(booking, specialist, IN_THREE_DAYS, address=network[:-1] + str(number))
    with pytest.raises(TooManyHolds):
        hold(booking, specialists[3], IN_THREE_DAYS, address=network)
    with booking.store.transaction() as tx:
        yesterday = utc_now() - COUNTED_FOR
        tx.execute(update(SignUpHold).values(made_at=yesterday))
    assert hold(booking, specialists[3], IN_THREE_DAYS, address=network)


def test_a_specialist_has_two_held_at_once(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    secrets = [hold(booking, specialist, each).sign_up for each in slots[:2]]
    with pytest.raises(HoldsTaken):
        hold(booking, specialist, slots[2])
    assert hold(booking, specialist, slots[2], sign_up=secrets[0])
    let_sign_ups_run_out(booking)
    assert hold(booking, specialist, slots[3])


@pytest.mark.parametrize("limit", ["a slot", "a specialist", "a network", "an address", "a secret"])
def test_of_many_at_once_no_more_are_held_than_may_be(booking: Talking, limit: str) -> None:
    specialists = [a_specialist(booking) for _ in range(6)]
    slots = slots_of(booking, specialists[0])[:6]
    network, email = a_network(), a_mailbox()
    secret = hold(booking, a_specialist(booking), IN_THREE_DAYS).sign_up
    one = specialists[0]
    tried: dict[str, tuple[list[Callable[[], HeldForSignUp]], int]] = {
        "a slot": ([partial(hold, booking, one, IN_THREE_DAYS) for _ in slots], 1),
        "a specialist": ([partial(hold, booking, one, each) for each in slots], 2),
        "a network": (
            [partial(hold, booking, each, IN_THREE_DAYS, address=network) for each in specialists],
            3,
        ),
        "an address": (
            [partial(hold, booking, each, IN_THREE_DAYS, email=email) for each in specialists],
            3,
        ),
        "a secret": (
            [partial(hold, booking, each, IN_THREE_DAYS, sign_up=secret) for each in specialists],
            6,
        ),
    }
    calls, most = tried[limit]
    outcomes = at_once(calls)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert all(isinstance(each, (SlotTaken, HoldsTaken, TooManyHolds)) for each in refused)
    assert len(outcomes) - len(refused) == most
    if limit == "a secret":
        open_holds = [each for each in rows_of(booking, secret) if each.status == "held"]
        assert len(open_holds) == 1


def test_of_a_hold_and_a_booking_at_once_one_wins(booking: Talking) -> None:
    specialist = a_specialist(booking)
    for starts_at in slots_of(booking, specialist)[:2]:
        calls: list[Any] = [
            partial(hold, booking, specialist, starts_at),
            partial(book, booking, a_client(), specialist, starts_at),
        ]
        outcomes = at_once(calls)
        assert sum(isinstance(each, SlotTaken) for each in outcomes) == 1, outcomes


# Its end


def test_after_twenty_minutes_the_slot_is_free_and_the_note_is_gone(booking: Talking) -> None:
    specialist = a_specialist(booking)
    held = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    [row] = rows_of(booking, held.sign_up)
    assert row.sealed_note is not None
    assert SECRET not in row.sealed_note
    assert slots_of(booking, specialist)[0] == NEXT_SLOT
    let_sign_ups_run_out(booking)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    [row] = rows_of(booking, held.sign_up)
    assert (row.status, row.sealed_note) == ("over", None)
    assert hold_of(booking, held.sign_up).status == SignUpHoldStatus.OVER
    assert book(booking, a_client(), specialist, IN_THREE_DAYS)


def test_a_hold_that_has_run_out_is_over_before_the_clock_looks(booking: Talking) -> None:
    held = hold(booking, a_specialist(booking), IN_THREE_DAYS)
    with booking.store.transaction() as tx:
        tx.execute(update(SignUpHold).values(until=utc_now()))
    assert hold_of(booking, held.sign_up).status == SignUpHoldStatus.OVER
    assert take_over(booking, a_client(), held.sign_up).status == SignUpHoldStatus.OVER


def test_what_ran_out_goes_to_who_waits(booking: Talking) -> None:
    specialist, waiting = a_specialist(booking, hours=one_slot(), horizon_days=5), a_client()
    hold(booking, specialist, IN_THREE_DAYS)
    join(booking, waiting, specialist)
    let_sign_ups_run_out(booking)
    assert held_slots_of(booking, waiting) == [IN_THREE_DAYS]
    assert slots_of(booking, specialist) == []


def test_the_row_stays_for_a_day_to_count_by_and_names_nobody(booking: Talking) -> None:
    email, address = a_mailbox(), a_network()
    held = hold(booking, a_specialist(booking), IN_THREE_DAYS, email, address)
    [row] = rows_of(booking, held.sign_up)
    shown = str(row)
    assert email.partition("@")[0] not in shown
    assert address.partition("::")[0] not in shown
    assert held.sign_up not in shown
    prune(booking.store, RULES, utc_now())
    assert rows_of(booking, held.sign_up)
    prune(booking.store, RULES, utc_now() + COUNTED_FOR)
    assert not rows_of(booking, held.sign_up)


# Taking it over


def test_the_account_takes_it_over_and_books_it_with_the_note(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    held = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    assert take_over(booking, client, held.sign_up).status == SignUpHoldStatus.HELD
    assert take_over(booking, client, held.sign_up).status == SignUpHoldStatus.HELD
    assert hold_of(booking, held.sign_up).status == SignUpHoldStatus.TAKEN_OVER
    assert held_slots_of(booking, client) == [IN_THREE_DAYS]
    assert len(seen_by(booking, client, specialist)) == len(slots_of(booking, specialist)) + 1
    with pytest.raises(SlotTaken):
        book(booking, a_client(), specialist, IN_THREE_DAYS)
    booked = book(booking, client, specialist, IN_THREE_DAYS)
    assert note_of(booking, client, booked.id) == SECRET
    assert held_slots_of(booking, client) == []
    assert [row for row in booking.rows("holds") if row.client_id == client.account_id] == []


def test_the_note_goes_to_this_specialist_whatever_time_is_booked(booking: Talking) -> None:
    specialist, other, client = a_specialist(booking), a_specialist(booking), a_client()
    take_over(booking, client, hold(booking, specialist, IN_THREE_DAYS, note=SECRET).sign_up)
    elsewhere = book(booking, client, other, NEXT_SLOT)
    assert note_of(booking, client, elsewhere.id) is None
    booked = book(booking, client, specialist, NEXT_SLOT + HALF_AN_HOUR)
    assert note_of(booking, client, booked.id) == SECRET
    assert IN_THREE_DAYS in slots_of(booking, specialist)


def test_a_note_of_the_booking_comes_in_place_of_the_held_one(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    take_over(booking, client, hold(booking, specialist, IN_THREE_DAYS, note=SECRET).sign_up)
    answer = booking.asked_by(client).book_consultation(
        specialist_id=specialist.known(), starts_at=IN_THREE_DAYS, note=PrivateNote(text="Hello.")
    )
    assert note_of(booking, client, answer["id"]) == "Hello."


def test_who_did_not_prove_to_have_written_the_note_does_not_get_it(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    held = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    take_over(booking, client, held.sign_up, with_note=False)
    booked = book(booking, client, specialist, IN_THREE_DAYS)
    assert note_of(booking, client, booked.id) is None
    assert rows_of(booking, held.sign_up)[0].sealed_note is None


def test_of_many_who_take_it_over_at_once_one_gets_it(booking: Talking) -> None:
    held = hold(booking, a_specialist(booking), IN_THREE_DAYS)
    clients = [a_client() for _ in range(5)]
    outcomes = at_once([partial(take_over, booking, each, held.sign_up) for each in clients])
    statuses = sorted(each.status for each in outcomes if not isinstance(each, Exception))
    assert statuses == [SignUpHoldStatus.HELD, *[SignUpHoldStatus.TAKEN_OVER] * 4]


@pytest.mark.parametrize(
    ("caller", "refusal"),
    [
        (NOBODY, Unauthenticated),
        (somebody("specialist"), Forbidden),
        (Caller(a_client().account_id, frozenset({"client"})), EmailNotVerified),
    ],
)
def test_only_a_client_with_a_confirmed_address_takes_it_over(
    booking: Talking, caller: Caller, refusal: type[Exception]
) -> None:
    held = hold(booking, a_specialist(booking), IN_THREE_DAYS)
    with pytest.raises(refusal):
        take_over(booking, caller, held.sign_up)
    with pytest.raises(NotFound):
        take_over(booking, a_client(), "another secret")


def test_all_rules_hold_when_it_is_booked(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    take_over(booking, client, hold(booking, specialist, IN_THREE_DAYS, note=SECRET).sign_up)
    booking.hears(unlisted(specialist.known(), version=2))
    with pytest.raises(NotListed):
        book(booking, client, specialist, IN_THREE_DAYS)
    assert held_slots_of(booking, client) == [IN_THREE_DAYS]


def test_a_hold_that_was_taken_over_runs_out_with_its_note(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    join_other = a_specialist(booking, hours=one_slot(), horizon_days=5)
    taken = book(booking, a_client(), join_other, IN_THREE_DAYS)
    join(booking, client, join_other)
    take_over(booking, client, hold(booking, specialist, IN_THREE_DAYS, note=SECRET).sign_up)
    leave(booking, client, specialist)
    assert held_slots_of(booking, client) == [IN_THREE_DAYS]
    with booking.store.transaction() as tx:
        table = booking.store.table("holds")
        mine = table.c.client_id == client.account_id
        tx.execute(update(table).where(mine).values(until=utc_now() - timedelta(seconds=1)))
    let_sign_ups_run_out(booking)
    [row] = [row for row in booking.rows("holds") if row.client_id == client.account_id]
    assert (row.ended, row.sealed_note) == (True, None)
    assert IN_THREE_DAYS in slots_of(booking, specialist)
    assert taken


# Erasure, and the end of a right to practise


def test_with_a_specialist_who_is_erased_nothing_stays_held(booking: Talking) -> None:
    specialist = a_specialist(booking)
    held = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    booking.hears(AccountErased(account_id=specialist.known()))
    assert rows_of(booking, held.sign_up) == []
    with pytest.raises(NotFound):
        hold_of(booking, held.sign_up)


def test_what_an_erased_client_had_taken_over_is_gone_with_its_note(booking: Talking) -> None:
    specialist, client = a_specialist(booking), a_client()
    held = hold(booking, specialist, IN_THREE_DAYS, note=SECRET)
    take_over(booking, client, held.sign_up)
    booking.hears(AccountErased(account_id=client.known()))
    assert [row for row in booking.rows("holds") if row.client_id == client.account_id] == []
    assert rows_of(booking, held.sign_up)[0].sealed_note is None
    assert IN_THREE_DAYS in slots_of(booking, specialist)


# What others are told


def test_fifty_holds_change_nothing_that_others_are_told(booking: Talking) -> None:
    specialists = [a_specialist(booking) for _ in range(25)]
    shown = [row_of_calendar(booking, each) for each in specialists]
    told = [booking.told(AvailabilityChanged, each.known()) for each in specialists]
    held = [
        hold(booking, each, slot) for each in specialists for slot in slots_of(booking, each)[:2]
    ]
    assert len(held) == 50
    let_calendars_be_reviewed(booking)
    assert [row_of_calendar(booking, each) for each in specialists] == shown
    let_sign_ups_run_out(booking)
    let_calendars_be_reviewed(booking)
    assert [row_of_calendar(booking, each) for each in specialists] == shown
    assert [booking.told(AvailabilityChanged, each.known()) for each in specialists] == told


def let_calendars_be_reviewed(booking: Talking) -> None:
    with booking.store.transaction() as tx:
        tx.execute(update(Calendar).values(review_at=utc_now() - HALF_AN_HOUR))
    clocks = BookingService()
    clocks.store = booking.store
    clocks.review_calendars()


def row_of_calendar(booking: Talking, specialist: Caller) -> Any:
    [row] = [row for row in booking.rows("calendars") if row.specialist_id == specialist.account_id]
    return row.version, row.next_slot_at, row.next_slots, row.paused


def test_a_booking_elsewhere_is_told_as_if_nothing_were_held(booking: Talking) -> None:
    specialist = a_specialist(booking)
    first, second, third, fourth, *_ = slots_of(booking, specialist)
    hold(booking, specialist, first)
    consultation = book(booking, a_client(), specialist, second)
    [*_, changed] = booking.told(AvailabilityChanged, specialist.known())
    assert changed.next_slots == [first, third, fourth]
    cancel(booking, specialist, consultation.id)
    [*_, changed] = booking.told(AvailabilityChanged, specialist.known())
    assert changed.next_slots == [first, second, third]


def test_a_hold_counts_in_the_budget_of_who_asks_next(booking: Talking) -> None:
    specialist = a_specialist(booking)
    hours = [on(THAT_WEEKDAY, "00:00", "24:00")]
    booking.asked_by(specialist).set_availability(
        availability=replace(an_availability(hours=hours), monthly_budget=1)
    )
    hold(booking, specialist, IN_THREE_DAYS)
    with pytest.raises(BudgetSpent):
        book(booking, a_client(), specialist, NEXT_SLOT)


# The nearest


def nearest(booking: Talking, specialist: Caller, wanted: datetime) -> list[datetime]:
    answer = booking.asked_by(NOBODY).list_nearest_slots(
        specialist_id=specialist.known(), query=NearestSlotsQuery(starts_at=wanted)
    )
    return [each.starts_at for each in load(NearestSlots, answer, Reading.WIRE).items]


def test_the_three_nearest_to_a_time_are_shown_in_order(booking: Talking) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    hold(booking, specialist, slots[10])
    assert nearest(booking, specialist, slots[10]) == [slots[8], slots[9], slots[11]]
    assert nearest(booking, specialist, slots[0] - timedelta(days=1)) == slots[:3]
    assert nearest(booking, specialist, slots[-1] + timedelta(days=2)) == slots[-3:]


def test_where_nothing_is_free_nothing_is_near(booking: Talking) -> None:
    specialist = a_specialist(booking, hours=one_slot(), horizon_days=5)
    hold(booking, specialist, IN_THREE_DAYS)
    assert nearest(booking, specialist, IN_THREE_DAYS) == []
