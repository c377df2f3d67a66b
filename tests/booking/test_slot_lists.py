"""Slots as they are listed: kept in each process, and never longer than they are true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.context import Caller
from chassis.ids import new_id
from chassis.schemas import Reading, load
from chassis.store import Store
from contracts.booking.availability import UnknownTimeZone
from contracts.booking.slots import Slots, SlotsQuery
from services.booking.availability import external_busy_times
from services.booking.availability.busy import Busy, Interval
from services.booking.availability.calendars import Calendar
from services.booking.consultations.busy_times import busy_times
from services.booking.holds.holds import Hold
from services.booking.service import BookingService
from services.booking.slots import service as slot_lists
from tests.booking.builders import HALF_AN_HOUR, an_availability, on
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_pair,
    a_specialist,
    book,
    listed,
    slots_of,
    unlisted,
)
from tests.booking.waitlist_steps import let_holds_run_out
from tests.support.databases import Databases
from tests.support.service_client import NOBODY, Talking, serving


def worked_out(booking: Talking, specialist: Caller) -> list[datetime]:
    """From the database, past all that is kept."""
    now = datetime.now(UTC)
    with booking.store.reading() as session:
        calendar = session.get_one(Calendar, specialist.known())
        busy = busy_times(session, specialist.known(), now)
    return list(calendar.free_times(busy, now).within(SlotsQuery(), now))


def test_slots_are_worked_out_once_until_something_changes(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking)
    slots = slots_of(booking, specialist)
    monkeypatch.setattr(Calendar, "free_times", _never)
    assert slots_of(booking, specialist) == slots
    later = SlotsQuery(starting_from=slots[4])
    assert slots_of(booking, specialist, later)[0] == slots[4]


def test_the_time_after_what_is_elsewhere_is_kept_free_when_that_is_over(booking: Talking) -> None:
    specialist, now = a_specialist(booking), datetime.now(UTC)
    over = Interval(now - HALF_AN_HOUR, now - timedelta(minutes=5))
    with booking.store.transaction() as tx:
        external_busy_times.replace(tx, new_id(), specialist.known(), [over])
    with booking.store.reading() as session:
        assert busy_times(session, specialist.known(), now).elsewhere == (over,)


def _never(*_: Any) -> Any:
    raise AssertionError("they were worked out again")


def changes() -> dict[str, Callable[[Talking, Caller], object]]:
    return {
        "hours": lambda booking, specialist: booking.asked_by(specialist).set_availability(
            availability=an_availability([on(THAT_WEEKDAY, "12:00", "24:00")])
        ),
        "a booking": lambda booking, specialist: book(
            booking, a_client(), specialist, IN_THREE_DAYS
        ),
        "unlisting": lambda booking, specialist: booking.hears(unlisted(specialist.known(), 2)),
    }


@pytest.mark.parametrize("change", changes().values(), ids=changes())
def test_whatever_changes_is_seen_at_once(
    booking: Talking, change: Callable[[Talking, Caller], object]
) -> None:
    specialist = a_specialist(booking)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS
    change(booking, specialist)
    slots = slots_of(booking, specialist)
    assert IN_THREE_DAYS not in slots
    assert slots == worked_out(booking, specialist)


def test_listing_again_is_seen_at_once(booking: Talking) -> None:
    specialist = a_specialist(booking, profile_listed=False)
    assert slots_of(booking, specialist) == []
    booking.hears(listed(specialist.known()))
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS


def test_slots_that_come_too_close_or_over_the_horizon_while_they_are_kept_are_seen(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(booking, notice_hours=2, horizon_days=7)
    slots_of(booking, specialist)
    for later in (timedelta(minutes=30), timedelta(minutes=59), timedelta(days=3, hours=5)):
        now = datetime.now(UTC) + later
        monkeypatch.setattr(slot_lists, "utc_now", lambda now=now: now)
        found = slots_of(booking, specialist, SlotsQuery(starting_from=now))
        assert all(now + timedelta(hours=2) <= each < now + timedelta(days=7) for each in found)
        assert len(found) == _expected(booking.store, specialist, now)


def _expected(store: Store, specialist: Caller, now: datetime) -> int:
    with store.reading() as session:
        calendar = session.get_one(Calendar, specialist.known())
    query = SlotsQuery(starting_from=now)
    return len(calendar.free_times(Busy(), now).within(query, now))


def test_slots_are_shown_in_the_zone_that_was_asked_for(booking: Talking) -> None:
    specialist = a_specialist(booking)
    query = SlotsQuery(
        starting_from=IN_THREE_DAYS,
        until=IN_THREE_DAYS + HALF_AN_HOUR,
        time_zone="Asia/Kolkata",
    )
    answer = booking.asked_by(NOBODY).list_slots(specialist_id=specialist.known(), query=query)
    local = (IN_THREE_DAYS + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+05:30")
    assert [each["local_start"] for each in answer["items"]] == [local]
    with pytest.raises(UnknownTimeZone):
        slots_of(booking, specialist, SlotsQuery(time_zone="Mars/Olympus"))


def test_what_one_process_books_no_other_offers_any_more(
    postgres_databases: Databases, rabbitmq_url: str
) -> None:
    """Whichever of three answers, it keeps nothing that is not true."""
    database = postgres_databases.fresh("booking")
    with serving(BookingService, database, broker=rabbitmq_url, instances=3) as booking:
        specialist = a_specialist(booking)
        for _ in range(8):
            for _ in range(4):
                slots = slots_of(booking, specialist)
                assert slots == worked_out(booking, specialist)
            book(booking, a_client(), specialist, slots[0])
            for _ in range(4):
                assert slots_of(booking, specialist)[0] == slots[1]


def test_what_is_held_for_somebody_is_shown_to_them_alone_and_to_all_when_it_has_ended(
    booking: Talking,
) -> None:
    specialist, client = a_specialist(booking), a_client()
    now = datetime.now(UTC)
    hold = Hold.of(specialist.known(), client.known(), IN_THREE_DAYS, now + HALF_AN_HOUR)
    with booking.store.transaction() as tx:
        tx.add(hold)
    given = {"specialist_id": specialist.known(), "query": SlotsQuery()}
    for _ in range(2):  # whoever looks first
        theirs = booking.asked_by(client).list_slots(**given)
        assert load(Slots, theirs, Reading.WIRE).items[0].starts_at == IN_THREE_DAYS
        assert slots_of(booking, specialist)[0] == IN_THREE_DAYS + HALF_AN_HOUR
    let_holds_run_out(booking)
    assert slots_of(booking, specialist)[0] == IN_THREE_DAYS


# What a page needs beside them


def test_slots_name_the_specialists_zone_and_whether_they_are_in_person(booking: Talking) -> None:
    online = a_specialist(booking, time_zone="Asia/Kathmandu")
    in_person = a_specialist(booking, in_person_address="1 Main Street")
    for specialist, expected in ((online, ("Asia/Kathmandu", False)), (in_person, ("UTC", True))):
        slots = booking.asked_by(NOBODY).list_slots(specialist_id=specialist.known(), query={})
        assert (slots["own_time_zone"], slots["in_person"]) == expected


def test_slots_to_move_to_say_the_same(booking: Talking) -> None:
    client, _, consultation = a_pair(booking, in_person_address="1 Main Street")
    asked = booking.asked_by(client)
    slots = asked.list_slots_to_move_to(consultation_id=consultation.id, query={})
    assert (slots["own_time_zone"], slots["in_person"]) == ("UTC", True)


def test_zones_of_specialists_are_listed_where_they_have_a_calendar(booking: Talking) -> None:
    first, second = a_specialist(booking, time_zone="Asia/Kathmandu"), a_specialist(booking)
    ids = [first.known(), second.known(), new_id()]
    found = booking.asked_by(NOBODY).list_own_time_zones(specialist_ids=ids)
    assert {each["specialist_id"]: each["time_zone"] for each in found} == {
        str(first.known()): "Asia/Kathmandu",
        str(second.known()): "UTC",
    }
