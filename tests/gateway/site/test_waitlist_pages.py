"""Pages of the waitlist: join one, be held a time, and leave."""

from __future__ import annotations

import httpx
import pytest

from tests.gateway.site.page_reading import links_on
from tests.support.browsing import Browser, signed_in
from tests.support.factories import PASSWORD, Person, a_client, a_specialist, an_availability
from tests.support.full_specialists import a_client_for_whom_one_is_held


@pytest.fixture(scope="module")
def full(http: httpx.Client) -> Person:
    """A specialist who offers half hours, and has none that is free."""
    person = a_specialist(http)
    assert person.put("/specialists/me/availability", an_availability(hours=[])).is_success
    return person


@pytest.fixture(scope="module")
def joining(full: Person) -> str:
    slug = full.get("/specialists/me").json()["slug"]
    return f"/specialists/{slug}/waitlist"


@pytest.fixture
def client(http: httpx.Client) -> Person:
    return a_client(http)


def test_a_client_joins_from_a_profile_and_leaves(
    http: httpx.Client, client: Person, full: Person, joining: str
) -> None:
    browser = signed_in(http, client.email)
    asked = browser.get(f"{joining}?tz=Europe/Lisbon")
    assert asked.h1 == "Wait for a half hour with Dr Ada Example"
    joined = browser.followed(browser.fill(asked, joining))
    assert "You are on the waiting list." in joined.text
    assert "any time from 8:00 to 21:00" in joined.text
    [entry] = client.get("/waitlist").json()["items"]
    assert (entry["specialist_id"], entry["time_zone"]) == (full.id, "Europe/Lisbon")

    left = browser.followed(browser.fill(joined, "/waitlist"))
    assert "You have left the waiting list." in left.text
    assert client.get("/waitlist").json()["items"] == []


def test_wishes_are_added_row_by_row_without_saving(
    http: httpx.Client, client: Person, joining: str
) -> None:
    browser = signed_in(http, client.email)
    more = browser.fill(browser.get(joining), joining, _add="wishes")
    assert client.get("/waitlist").json()["items"] == []
    wish = {"weekday": "monday", "starts": "18:00", "ends": "20:00"}
    filled = {f"wishes.0.{name}": value for name, value in wish.items()}
    browser.fill(more, joining, **filled)
    [entry] = client.get("/waitlist").json()["items"]
    assert entry["wishes"] == [wish]
    assert "at the times you chose" in browser.get("/waitlist").text
    again = browser.get(joining)
    assert again.form(joining).fields["wishes.0.starts"] == ["18:00"]
    browser.fill(again, joining, _remove="wishes.0")
    assert len(client.get("/waitlist").json()["items"][0]["wishes"]) == 1


def test_a_wrong_wish_is_said_at_its_field(
    http: httpx.Client, client: Person, joining: str
) -> None:
    browser = signed_in(http, client.email)
    more = browser.fill(browser.get(joining), joining, _add="wishes")
    filled = {"wishes.0.weekday": "monday", "wishes.0.starts": "20:00", "wishes.0.ends": "20:00"}
    answer = browser.fill(more, joining, **filled)
    assert answer.status == 422
    assert answer.form(joining).fields["wishes.0.ends"] == ["20:00"]


def test_who_has_not_signed_in_does_so_on_the_way(
    http: httpx.Client, client: Person, joining: str
) -> None:
    browser = Browser(http)
    asked = browser.open(joining)
    answer = browser.fill(asked, "/sign-in", email=client.email, password=PASSWORD)
    assert browser.followed(answer).at == joining


def test_where_times_are_free_there_is_nothing_to_wait_for(
    http: httpx.Client, client: Person, specialist: Person
) -> None:
    slug = specialist.get("/specialists/me").json()["slug"]
    path = f"/specialists/{slug}/waitlist"
    browser = signed_in(http, client.email)
    refused = browser.fill(browser.get(path), path)
    assert refused.status == 409
    assert "you need not wait" in refused.text


def test_a_held_time_is_shown_until_when_and_leads_to_booking(http: httpx.Client) -> None:
    client = a_client_for_whom_one_is_held(http)
    page = signed_in(http, client.email).get("/waitlist?tz=UTC")
    assert "Held for you until" in page.text
    assert any("/booking?starts_at=" in each for each in links_on(page.html).values())


def test_an_empty_list_offers_the_next_step(http: httpx.Client, client: Person) -> None:
    page = signed_in(http, client.email).get("/waitlist")
    assert "You are on no waiting list." in page.text
    assert links_on(page.html)["Find a specialist"] == "/specialists"


def test_specialists_have_no_waiting_list(http: httpx.Client, full: Person) -> None:
    assert signed_in(http, full.email).get("/waitlist").status == 403


def test_all_of_it_is_in_german(http: httpx.Client, client: Person, joining: str) -> None:
    browser = signed_in(http, client.email)
    asked = browser.get(f"/de{joining}")
    assert "Wann könnten Sie kommen?" in asked.text
    joined = browser.followed(browser.fill(asked, f"/de{joining}"))
    assert "Sie stehen auf der Warteliste." in joined.text
