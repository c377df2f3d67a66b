"""A new person's half hour is theirs from the choice to the booking, on any device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from nameko.exceptions import RemoteError

from chassis import json
from chassis.errors import Unavailable
from contracts.booking.availability import AvailabilityChanged
from contracts.profiles.accounts import KnownAddressSignedUp
from contracts.rpc.booking import Booking
from tests.gateway.description import expect_problem
from tests.support.databases import Databases
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    an_address,
    from_anywhere,
    logged_in,
    slots_of,
)
from tests.support.half_hours import NOTE, a_newcomer, book, hold
from tests.support.mailbox import mails_to
from tests.support.platform import House, a_house, an_embedded_broker

ANOTHER = "another password altogether"
FEATURED, FEED = "/api/v1/featured?limit=100", "/api/v1/events/featured"


@pytest.fixture(scope="module")
def free(http: httpx.Client) -> Person:
    """A featured specialist whom no other module books."""
    return a_specialist(http, featured=True)


def held_for(client: Person) -> list[str]:
    return [each["starts_at"] for each in client.get("/held-slots").json()["items"]]


def note_of(client: Person, booked: httpx.Response) -> Any:
    assert booked.status_code == 201, booked.text
    return client.get(f"/consultations/{booked.json()['id']}").json()["note"]


def take_over(client: Person, secret: str) -> httpx.Response:
    return client.post("/held-slots", {"sign_up": secret})


# The journey


@pytest.mark.parametrize("device", ["the browser that signed up", "another device"])
def test_a_new_person_books_the_half_hour_that_they_chose_before_they_had_an_account(
    each_house: House, device: str
) -> None:
    specialist = a_specialist(each_house.http, featured=True)
    newcomer = a_newcomer(specialist)
    assert newcomer.starts_at not in [each["starts_at"] for each in slots_of(specialist)]
    expect_problem(
        book(a_client(each_house.http), specialist, newcomer.starts_at), 409, "slot_taken"
    )
    here = {"sign_up": newcomer.secret} if device.startswith("the") else {"password": PASSWORD}
    client = newcomer.confirmed(**here)
    assert held_for(client) == [newcomer.starts_at]
    assert note_of(client, book(client, specialist, newcomer.starts_at)) == NOTE
    assert held_for(client) == []


def test_who_reads_the_mailbox_of_another_person_gets_the_half_hour_without_the_note(
    free: Person,
) -> None:
    reader = a_newcomer(free).confirmed(new_password=ANOTHER)
    [starts_at] = held_for(reader)
    assert note_of(reader, book(reader, free, starts_at)) is None


def test_an_owner_takes_it_over_in_the_browser_that_chose_it(free: Person) -> None:
    owner = a_client(free.http)
    newcomer = a_newcomer(free, owner.email)
    [told] = mails_to(free.http, owner.email, KnownAddressSignedUp)
    assert told["half_hour"]["starts_at"] == newcomer.starts_at
    owner = logged_in(free.http, owner.email, PASSWORD)
    assert held_for(owner) == []
    for _ in range(2):
        taken = take_over(owner, newcomer.secret)
        assert (taken.status_code, taken.json()["status"]) == (200, "held")
    assert taken.json()["starts_at"] == newcomer.starts_at
    other = take_over(a_client(free.http), newcomer.secret)
    assert other.json()["status"] == "taken_over"
    assert note_of(owner, book(owner, free, newcomer.starts_at)) == NOTE


def test_a_secret_without_a_half_hour_takes_over_nothing(client: Person) -> None:
    refused = take_over(client, "x" * 43)
    expect_problem(refused, 404, "not_found")
    expect_problem(take_over(client, "too short"), 422, "invalid")


def test_the_booking_that_a_rule_refuses_says_which_and_there_are_three_near_times(
    free: Person,
) -> None:
    newcomer = a_newcomer(free)
    client = newcomer.confirmed(sign_up=newcomer.secret)
    first = book(client, free, newcomer.starts_at)
    assert first.status_code == 201
    again = book(client, free, newcomer.starts_at)
    expect_problem(again, 409, "already_booked")
    near = nearest(free, newcomer.starts_at)
    slots = slots_of(free)
    assert [each["starts_at"] for each in near] == [each["starts_at"] for each in slots[:3]]
    assert near[0]["local_start"].endswith("Z") is False


def nearest(specialist: Person, starts_at: str) -> list[dict[str, Any]]:
    answer = specialist.http.get(
        f"/api/v1/specialists/{specialist.id}/slots/nearest",
        params={"starts_at": starts_at, "time_zone": "Europe/Berlin"},
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


# Limits, as a frontend meets them


def test_a_fourth_half_hour_of_a_day_is_refused_with_the_time_to_wait(free: Person) -> None:
    place = from_anywhere()
    secret = ""
    for slot in slots_of(free)[:3]:
        more = {"sign_up": secret} if secret else {}
        held = hold(free.http, free, slot["starts_at"], headers=place, **more)
        secret = held.json()["sign_up"]
    refused = hold(free.http, free, slots_of(free)[5]["starts_at"], headers=place)
    expect_problem(refused, 429, "too_many_holds")
    assert int(refused.headers["Retry-After"]) > 86000


def test_a_repetition_gets_the_same_answer(free: Person) -> None:
    specialist = a_specialist(free.http, featured=True)
    starts_at, headers = slots_of(specialist)[0]["starts_at"], from_anywhere()
    headers["Idempotency-Key"] = uuid4().hex
    email = an_address()
    first, again = (
        hold(free.http, specialist, starts_at, headers=headers, email=email) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 201


# Nothing reveals who has an account


def test_the_answers_are_the_same_whether_or_not_the_address_has_an_account(free: Person) -> None:
    specialist = a_specialist(free.http, featured=True)
    answers = [
        hold(free.http, specialist, slot["starts_at"], email=email)
        for slot, email in zip(
            slots_of(specialist), (an_address(), a_client(free.http).email), strict=False
        )
    ]
    assert {each.status_code for each in answers} == {201}
    assert len({tuple(each.json()) for each in answers}) == 1


# Without booking


def test_without_an_answer_of_booking_people_sign_up_and_confirm_all_the_same(
    free: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(free.http, featured=True)

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable

    def failing(*_: Any, **__: Any) -> Any:
        raise RemoteError("ValueError", "a bug")

    monkeypatch.setattr(Booking, "get_hold_of_sign_up", away)
    newcomer = a_newcomer(specialist)
    monkeypatch.setattr(Booking, "take_over_hold", failing)
    client = newcomer.confirmed(sign_up=newcomer.secret)
    assert held_for(client) == []
    monkeypatch.undo()
    assert take_over(client, newcomer.secret).json()["status"] == "held"


# Others are told nothing


@pytest.fixture(scope="module")
def house(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = str(tmp_path_factory.mktemp("half-hours"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), folder) as running:
        yield running


def test_fifty_held_half_hours_leave_the_featured_as_they_were(house: House) -> None:
    people = [a_specialist(house.http, featured=True) for _ in range(25)]
    ids = {each.id for each in people}
    before, feed = featured(house, ids), house.http.get(FEED).json()
    assert before.keys() == ids
    for each in people:
        for slot in slots_of(each)[:2]:
            assert hold(house.http, each, slot["starts_at"]).status_code == 201
    assert count_of_holds(house) == 50
    told = events_told(house)
    a_specialist(house.http, featured=True)  # what was told before has arrived, too
    assert featured(house, ids) == before
    assert house.http.get(FEED).json()["items"][: len(feed["items"])] == feed["items"]
    assert {each: told.count(each) for each in told} == dict.fromkeys(ids, 1)


def featured(house: House, ids: set[str]) -> dict[str, Any]:
    """The featured with these ids, as ``/featured`` shows them."""
    items = house.http.get(FEATURED).json()["items"]
    return {each["id"]: each for each in items if each["id"] in ids}


def count_of_holds(house: House) -> int:
    table = house.store("booking").table("sign_up_holds")
    with house.store("booking").reading() as session:
        return len(session.execute(table.select()).all())


def events_told(house: House) -> list[str]:
    """About whom booking told ``AvailabilityChanged``, as often as it did."""
    table = house.store("booking").table("outbox")
    with house.store("booking").reading() as session:
        rows = session.execute(table.select().where(table.c.type == AvailabilityChanged.type()))
        return [json.loads(row.body)["subject"] for row in rows]
