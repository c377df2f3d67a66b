"""Times that open newly are held for those who wait before anybody else can see or book them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select, false, select, update

from chassis.context import Caller
from contracts.booking.availability import Availability, AvailabilityChanged
from contracts.booking.consultations import SlotTaken, TooFar
from contracts.booking.external_calendars import AddExternalCalendar
from contracts.booking.waitlist import SlotOffered
from services.booking.availability import external_busy_times
from services.booking.availability.busy import Interval
from services.booking.availability.calendars import Calendar
from services.booking.holds import queries as hold_queries
from services.booking.holds.holds import Hold
from services.booking.waitlist import queries
from services.booking.waitlist.offering import offer_anew
from tests.booking.builders import HALF_AN_HOUR, an_availability, on
from tests.booking.external_calendar_steps import read_now
from tests.booking.external_site import ADDRESS, ExternalSite, an_external_calendar, from_to
from tests.booking.model_worlds import let_clocks_show
from tests.booking.steps import (
    IN_THREE_DAYS,
    THAT_WEEKDAY,
    a_client,
    a_specialist,
    book,
    listed,
    slots_of,
    unlisted,
)
from tests.booking.waitlist_steps import join, leave
from tests.support.service_client import Talking
from tests.support.zones import zone_at

AN_HOUR = timedelta(hours=1)
NEXT_SLOT = IN_THREE_DAYS + HALF_AN_HOUR


@pytest.fixture
def external(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExternalSite]:
    with an_external_calendar(monkeypatch) as there:
        yield there


@pytest.fixture(autouse=True)
def clocks_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock offers or ends anything but where a test lets it."""
    nobody: Select[UUID] = select(Calendar.specialist_id).where(false())
    monkeypatch.setattr(queries, "waited_for", lambda: nobody)
    monkeypatch.setattr(hold_queries, "with_holds_to_end", lambda now: nobody)


def one_hour(**changes: Any) -> Availability:
    """Two half hours in three days, and no more in sight."""
    return replace(
        an_availability(hours=[on(THAT_WEEKDAY, "00:00", "01:00")], horizon_days=5), **changes
    )


def put(booking: Talking, specialist: Caller, availability: Availability) -> None:
    booking.asked_by(specialist).set_availability(availability=availability)


def offers(booking: Talking, specialist: Caller) -> list[tuple[UUID, datetime]]:
    told = booking.told(SlotOffered, specialist.known())
    return [(each.client_id, each.starts_at) for each in told]


def remove_external_calendars(booking: Talking, specialist: Caller) -> None:
    asked = booking.asked_by(specialist)
    for each in asked.list_external_calendars()["items"]:
        asked.remove_external_calendar(calendar_id=UUID(each["id"]))


def list_again_with_hours(booking: Talking, specialist: Caller) -> None:
    booking.hears(unlisted(specialist.known(), 2))
    put(booking, specialist, one_hour())
    assert offers(booking, specialist) == []
    booking.hears(listed(specialist.known(), 3))


def set_hours(**changes: Any) -> Callable[[Talking, Caller], None]:
    return lambda booking, specialist: put(booking, specialist, one_hour(**changes))


CLOSED: dict[str, dict[str, Any]] = {
    "hours": {"hours": []},
    "an external calendar": {},
    "the horizon": {"horizon_days": 1},
    "the notice": {"minimum_notice_hours": 14 * 24},
    "listing": {"hours": []},
    "a limit of the day": {"most_per_day": 1},
    "a limit of the week": {"most_per_week": 1},
    "a budget": {"monthly_budget": 1, "paced": False},
    "a buffer": {"buffer_after_minutes": 30},
}
"""How the hour is not to be had at first; from the limits on somebody has its first half."""
OPENS = dict.fromkeys(CLOSED, set_hours()) | {
    "an external calendar": remove_external_calendars,
    "listing": list_again_with_hours,
}


@pytest.mark.parametrize("way", CLOSED)
def test_what_opens_is_held_for_who_waits_in_the_moment_in_which_it_does(
    booking: Talking, way: str
) -> None:
    specialist, client, first = a_specialist(booking), a_client(), IN_THREE_DAYS
    put(booking, specialist, one_hour())
    if list(CLOSED).index(way) > list(CLOSED).index("listing"):
        book(booking, a_client(), specialist, IN_THREE_DAYS)
        first = NEXT_SLOT
    if way == "an external calendar":
        let_be_busy(booking, specialist)
    put(booking, specialist, one_hour(**CLOSED[way]))
    assert slots_of(booking, specialist) == []
    join(booking, client, specialist)

    OPENS[way](booking, specialist)

    assert offers(booking, specialist) == [(client.known(), first)]
    assert first not in slots_of(booking, specialist)
    with pytest.raises(SlotTaken):
        book(booking, a_client(), specialist, first)
    assert book(booking, client, specialist, first)


def let_be_busy(booking: Talking, specialist: Caller) -> None:
    added = AddExternalCalendar(address=ADDRESS)
    calendar = booking.asked_by(specialist).add_external_calendar(wanted=added)
    busy = Interval(IN_THREE_DAYS, IN_THREE_DAYS + AN_HOUR)
    with booking.store.transaction() as tx:
        external_busy_times.replace(tx, UUID(calendar["id"]), specialist.known(), [busy])


def test_what_a_reading_of_an_external_calendar_frees_is_held_for_who_waits(
    booking: Talking, external: ExternalSite
) -> None:
    specialist, client = a_specialist(booking), a_client()
    put(booking, specialist, one_hour())
    booking.asked_by(specialist).add_external_calendar(wanted=AddExternalCalendar(address=ADDRESS))
    external.shows(from_to(IN_THREE_DAYS, IN_THREE_DAYS + AN_HOUR))
    read_now(booking, specialist)
    join(booking, client, specialist)
    external.shows()
    read_now(booking, specialist)
    assert offers(booking, specialist) == [(client.known(), IN_THREE_DAYS)]
    assert slots_of(booking, specialist) == [NEXT_SLOT]


# What time alone opens


def let_the_clock_offer(booking: Talking, specialist: Caller, now: datetime) -> None:
    with booking.store.transaction() as tx:
        offer_anew(tx, specialist.known(), now)


def over_the_horizon(
    booking: Talking, monkeypatch: pytest.MonkeyPatch, waiting: int = 1, hour: int = 12
) -> tuple[Caller, list[Caller], datetime]:
    """A slot has come over the horizon of a specialist for whom somebody waits, in whose zone it
    is that hour, and no clock has run since. With whom, who waits, and when it is."""
    now = IN_THREE_DAYS - timedelta(days=2) + timedelta(minutes=1)
    specialist, clients = a_specialist(booking), [a_client() for _ in range(waiting)]
    hours = [on(THAT_WEEKDAY, "00:00", "00:30")]
    put(booking, specialist, an_availability(hours=hours, horizon_days=2))
    for client in clients:
        join(booking, client, specialist, zone_at(hour, now))
    let_clocks_show(lambda: now, monkeypatch)
    return specialist, clients, now


def test_what_comes_over_the_horizon_is_nobodys_until_it_was_offered(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, [client], now = over_the_horizon(booking, monkeypatch)
    assert slots_of(booking, specialist) == []
    for somebody in (client, a_client()):
        with pytest.raises(TooFar):
            book(booking, somebody, specialist, IN_THREE_DAYS)

    let_the_clock_offer(booking, specialist, now)

    assert offers(booking, specialist) == [(client.known(), IN_THREE_DAYS)]
    assert slots_of(booking, specialist) == []
    assert booking.told(AvailabilityChanged, specialist.known())[-1].next_slots == [IN_THREE_DAYS]
    assert book(booking, client, specialist, IN_THREE_DAYS)


def test_what_comes_over_the_horizon_while_all_who_wait_sleep_is_everybodys(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, _, now = over_the_horizon(booking, monkeypatch, hour=3)
    assert slots_of(booking, specialist) == []
    let_the_clock_offer(booking, specialist, now)
    assert offers(booking, specialist) == []
    assert slots_of(booking, specialist) == [IN_THREE_DAYS]


def test_the_horizon_goes_with_the_clock_where_nobody_waits_any_more(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, [client], _ = over_the_horizon(booking, monkeypatch)
    leave(booking, client, specialist)
    assert slots_of(booking, specialist) == [IN_THREE_DAYS]


def test_a_part_of_a_budget_that_opens_with_a_day_is_nobodys_until_it_was_offered(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a part opens on the 1st, 8th, …
    sunday = monday.replace(day=8)
    clock = [monday]
    let_clocks_show(lambda: clock[0], monkeypatch)
    specialist, client = a_specialist(booking), a_client()
    hours = [on("tuesday", "12:00", "13:00")]
    availability = an_availability(hours=hours, horizon_days=15)
    put(booking, specialist, replace(availability, monthly_budget=5, paced=True))
    [first, *_] = slots_of(booking, specialist)
    book(booking, a_client(), specialist, first)
    assert slots_of(booking, specialist) == []
    join(booking, client, specialist, zone_at(12, sunday))
    clock[0] = sunday
    assert slots_of(booking, specialist) == []
    let_the_clock_offer(booking, specialist, sunday)
    [(who, when)] = offers(booking, specialist)
    assert who == client.known()
    assert when not in slots_of(booking, specialist)


def test_a_hold_that_has_run_out_is_nobodys_until_it_was_offered_to_the_next(
    booking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, clients, now = over_the_horizon(booking, monkeypatch, waiting=2)
    let_the_clock_offer(booking, specialist, now)
    with booking.store.transaction() as tx:
        theirs = Hold.specialist_id == specialist.known()
        tx.execute(update(Hold).where(theirs).values(until=now - timedelta(seconds=1)))
    assert slots_of(booking, specialist) == []
    with pytest.raises(SlotTaken):
        book(booking, clients[1], specialist, IN_THREE_DAYS)
    let_the_clock_offer(booking, specialist, now)
    assert [who for who, _ in offers(booking, specialist)] == [each.known() for each in clients]
    assert slots_of(booking, specialist) == []
