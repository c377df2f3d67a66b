"""Consultations in people's own calendars, and external calendars, over HTTP."""

from __future__ import annotations

from collections import Counter

import httpx
import icalendar
import pytest
from structlog.testing import capture_logs

from tests.support.factories import Person, a_client, a_specialist, slots_of


@pytest.fixture(scope="module")
def client(http: httpx.Client) -> Person:
    """Whom no other test lets book."""
    return a_client(http)


@pytest.fixture(scope="module")
def booked(specialist: Person, client: Person) -> str:
    """The id of the client's consultation with the specialist."""
    starts_at = slots_of(specialist)[-1]["starts_at"]
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    answer = client.post("/consultations", wanted)
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    return id


def the_feed(person: Person, **wanted: bool) -> str:
    """The path of a new private address."""
    answer = person.post("/calendar-feed", wanted)
    assert answer.status_code == 201, answer.text
    address = httpx.URL(answer.json()["address"])
    assert (address.scheme, address.host) == ("https", "firststep.example")
    return address.path


def test_a_consultation_is_a_file_that_browsers_save(client: Person, booked: str) -> None:
    answer = client.get(f"/consultations/{booked}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "SUMMARY:Free first consultation" in answer.text
    assert str(icalendar.Calendar.from_ical(answer.text)["method"]) == "PUBLISH"


def test_a_discreet_file_has_a_title_that_says_nothing(client: Person, booked: str) -> None:
    answer = client.get(f"/consultations/{booked}.ics?discreet=true")
    assert "SUMMARY:Appointment" in answer.text


def test_somebody_elses_consultation_is_no_file_of_mine(http: httpx.Client, booked: str) -> None:
    assert a_client(http).get(f"/consultations/{booked}.ics").status_code == 404


def test_calendars_subscribe_to_a_private_address_without_signing_in(
    http: httpx.Client, client: Person, booked: str
) -> None:
    answer = http.get(the_feed(client, discreet=True))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{booked}@firststep" in answer.text
    assert "SUMMARY:Appointment" in answer.text
    said = answer.text.replace("\r\n ", "").replace("/consultations/", "")
    assert "consultation" not in f"{said}{answer.headers}".lower()


def test_a_calendar_that_has_the_feed_is_told_that_it_stayed_the_same(
    http: httpx.Client, client: Person, booked: str
) -> None:
    feed = the_feed(client)
    first = http.get(feed)
    assert first.headers["Cache-Control"] == "private, no-cache"
    etag = first.headers["ETag"]
    again = http.get(feed, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    other = http.get(the_feed(client, discreet=True), headers={"If-None-Match": etag})
    assert other.status_code == 200


def test_no_log_shows_the_private_part_of_an_address(http: httpx.Client, client: Person) -> None:
    feed = the_feed(client)
    token = feed.split("/")[-1].removesuffix(".ics")
    misspelt = [feed.removesuffix(".ics"), f"{feed}/", feed.replace("feeds", "Feeds")]
    with capture_logs() as logged:
        assert [http.get(each).status_code for each in (feed, *misspelt)] == [200, 404, 404, 404]
    paths = [each["path"] for each in logged if each["event"] == "request"]
    assert paths[:3] == ["/api/v1/calendar-feeds/…"] * 3
    assert token not in str(logged)


def test_a_revoked_address_is_not_found(http: httpx.Client, client: Person) -> None:
    feed = the_feed(client)
    assert client.call("DELETE", "/calendar-feed").status_code == 204
    answer = http.get(feed)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert feed.split("/")[-1].removesuffix(".ics") not in answer.json()["detail"]
    assert client.call("DELETE", "/calendar-feed").status_code == 204


def test_asking_again_with_the_same_key_gives_the_same_address(client: Person) -> None:
    key = {"Idempotency-Key": "one-feed"}
    first, second = (client.post("/calendar-feed", {}, headers=key) for _ in range(2))
    assert first.json() == second.json()


EXTERNAL = "/specialists/me/external-calendars"


def test_external_calendars_are_given_looked_at_renamed_and_taken_away(http: httpx.Client) -> None:
    specialist = a_specialist(http, listed=False)
    assert specialist.get(EXTERNAL).json() == {"items": []}
    address = "https://calendar.example/me.ics?key=secret"
    given = specialist.post(EXTERNAL, {"address": address, "label": " Practice "})
    assert given.status_code == 201
    shown = given.json()
    assert (shown["host"], shown["label"]) == ("calendar.example", "Practice")
    assert (shown["state"], shown["problem"]) == ("waiting", "not_listed")
    one = f"{EXTERNAL}/{shown['id']}"
    assert specialist.get(EXTERNAL).json()["items"] == [specialist.get(one).json()] == [shown]
    assert specialist.put(one, {"label": "Home"}).json() == {**shown, "label": "Home"}
    assert "secret" not in given.text + specialist.get(EXTERNAL).text
    assert specialist.call("DELETE", one).status_code == 204
    assert specialist.get(one).status_code == 404


def test_of_external_calendars_there_are_five_each_once(http: httpx.Client) -> None:
    specialist = a_specialist(http, listed=False)
    for number in range(5):
        given = {"address": f"https://calendar.example/{number}.ics"}
        assert specialist.post(EXTERNAL, given).status_code == 201
        again = specialist.post(EXTERNAL, given)
        assert again.status_code == 409
    assert again.json()["code"] == "too_many_calendars"
    assert "five external calendars" in again.json()["detail"]


def test_an_external_calendar_is_read_at_request_once_a_minute(http: httpx.Client) -> None:
    specialist = a_specialist(http, listed=False)
    given = specialist.post(EXTERNAL, {"address": "https://localhost/me.ics"}).json()
    reading = f"{EXTERNAL}/{given['id']}/reading"
    read = specialist.post(reading)
    assert read.status_code == 200
    assert (read.json()["state"], read.json()["problem"]) == ("failing", "address_refused")
    again = specialist.post(reading)
    assert (again.status_code, again.json()["code"]) == (429, "read_just_now")
    assert 0 < int(again.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("label", ["", "  ", "two\nlines", "x" * 61])
def test_a_label_is_one_line_of_text(http: httpx.Client, label: str) -> None:
    given = {"address": "https://calendar.example/me.ics", "label": label}
    refused = a_specialist(http, listed=False).post(EXTERNAL, given)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "label")


def test_an_address_that_is_not_fetched_is_refused_without_being_shown(http: httpx.Client) -> None:
    specialist = a_specialist(http, listed=False)
    refused = specialist.post(EXTERNAL, {"address": "http://calendar.example/secret"})
    assert (refused.status_code, refused.json()["code"]) == (422, "address_refused")
    [error] = refused.json()["errors"]
    assert (error["field"], error["value"]) == ("address", None)
    assert error["detail"].startswith("It does not begin with https://, webcal://")
    assert refused.json()["detail"] == "We can't fetch this address. Please give another one."


def test_slots_come_in_pages_and_days_say_how_many_start_on_them(specialist: Person) -> None:
    path = f"/api/v1/specialists/{specialist.id}"
    period = {"from": slots_of(specialist)[0]["starts_at"], "time_zone": "Asia/Kathmandu"}
    slots: list[dict[str, str]] = []
    query, more = {**period, "limit": "150"}, True
    while more:
        page = specialist.http.get(f"{path}/slots", params=query).json()
        slots += page["items"]
        more = page["next"] is not None
        query["cursor"] = page["next"]
    days = specialist.http.get(f"{path}/days", params=period).json()
    counted = Counter(each["local_start"][:10] for each in slots)
    assert {each["day"]: each["slots"] for each in days["items"]} == counted
    assert days["time_zone"] == "Asia/Kathmandu"
    assert all(each["local_end"].endswith("+05:45") for each in slots)


def test_who_books_twice_is_told_which_consultation_is_theirs(
    specialist: Person, client: Person, booked: str
) -> None:
    consultation = client.get(f"/consultations/{booked}").json()
    wanted = {"specialist_id": specialist.id, "starts_at": consultation["starts_at"]}
    refused = client.post("/consultations", wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_booked")
    assert refused.json()["consultation_id"] == booked


def test_a_consultation_lists_where_it_can_be_moved(
    specialist: Person, client: Person, booked: str
) -> None:
    listed = client.get(f"/consultations/{booked}/slots?time_zone=Asia/Kathmandu").json()
    assert listed["items"][0]["local_start"].endswith("+05:45")
    to = {"starts_at": listed["items"][0]["starts_at"]}
    assert client.post(f"/consultations/{booked}/rescheduling", to).status_code == 200
    assert specialist.get(f"/consultations/{booked}/slots").status_code == 200
    assert a_client(client.http).get(f"/consultations/{booked}/slots").status_code == 404


def test_slots_are_shown_in_a_zone_and_an_unknown_one_is_named(specialist: Person) -> None:
    path = f"/api/v1/specialists/{specialist.id}/slots"
    shown = specialist.http.get(path, params={"time_zone": "Asia/Kathmandu"})
    assert all(each["local_start"].endswith("+05:45") for each in shown.json()["items"])
    assert shown.json()["items"]
    refused = specialist.http.get(path, params={"time_zone": "Mars/Olympus"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_time_zone")
    assert refused.json()["errors"][0]["value"] == "Mars/Olympus"
