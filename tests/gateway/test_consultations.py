"""Consultations as frontends list them, and where they are held, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.factories import Person, a_client, a_specialist, an_availability, slots_of

STREET = "12 Long Street"


@pytest.fixture(scope="module")
def person(http: httpx.Client) -> Person:
    """Whom no other test lets book."""
    return a_client(http)


@pytest.fixture(scope="module")
def specialists(http: httpx.Client) -> list[Person]:
    return [a_specialist(http, featured=True) for _ in range(2)]


@pytest.fixture(scope="module")
def booked(person: Person, specialists: list[Person]) -> list[dict[str, Any]]:
    """The later one is booked first, and cancelled."""
    made = []
    for each, slot in zip(specialists, (40, 20), strict=True):
        wanted = {"specialist_id": each.id, "starts_at": slots_of(each)[slot]["starts_at"]}
        answer = person.post("/consultations", wanted)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    gone = person.post(f"/consultations/{made[0]['id']}/cancellation", {})
    assert gone.status_code == 200, gone.text
    return made


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def test_a_list_looks_back_or_ahead(person: Person, booked: list[dict[str, Any]]) -> None:
    later, sooner = (each["id"] for each in booked)
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    assert ids(person.get("/consultations")) == [later, sooner]
    assert ids(person.get(f"/consultations?from={now}")) == [sooner, later]
    assert ids(person.get(f"/consultations?to={booked[0]['starts_at']}")) == [sooner]
    first = person.get(f"/consultations?from={now}&limit=1")
    second = person.get(f"/consultations?from={now}&limit=1&cursor={first.json()['next']}")
    assert ids(first) + ids(second) == [sooner, later]


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("status=booked", [1]),
        ("status=cancelled", [0]),
        ("status=booked,cancelled", [0, 1]),
        ("status=booked&status=cancelled", [0, 1]),
        ("status=completed", []),
    ],
)
def test_a_list_is_filtered_by_status(
    person: Person, booked: list[dict[str, Any]], query: str, positions: list[int]
) -> None:
    assert ids(person.get(f"/consultations?{query}")) == [booked[each]["id"] for each in positions]


@pytest.mark.parametrize(
    ("query", "field", "value", "limit"),
    [
        ("status=held", "status.0", "held", "booked, completed, cancelled, missed"),
        ("from=tomorrow", "from", "tomorrow", "Not a time"),
        ("limit=101", "limit", "101", "100"),
        ("cursor=AAAA", "cursor", "AAAA", "This is not a cursor of this list."),
        (
            "from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z",
            "to",
            "2027-01-01T00:00:00+00:00",
            "2027-01-02T00:00:00+00:00",
        ),
    ],
)
def test_what_is_wrong_with_a_query_is_named(
    person: Person, query: str, field: str, value: str, limit: str
) -> None:
    answer = person.get(f"/consultations?{query}")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["value"]) == (field, value)
    assert limit in error["detail"]


def test_another_practice_is_shown_to_both_sides(
    http: httpx.Client, person: Person, specialists: list[Person], booked: list[dict[str, Any]]
) -> None:
    path = f"/consultations/{booked[1]['id']}"
    before = person.get(f"{path}.ics").text
    wanted = an_availability(in_person_address=STREET)
    assert specialists[1].put("/specialists/me/availability", wanted).status_code == 200
    for side in (person, specialists[1]):
        assert side.get(path).json()["meeting_address"] == STREET
    after = person.get(f"{path}.ics").text
    assert ("SEQUENCE:0" in before, "SEQUENCE:1" in after) == (True, True)
    assert f"LOCATION:{STREET}" in after


def test_a_link_that_is_refused_is_not_shown(specialists: list[Person]) -> None:
    wanted = an_availability(meeting_link="http://video.example/hush")
    answer = specialists[0].put("/specialists/me/availability", wanted)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("meeting_link", None)
    assert "hush" not in answer.text


def test_a_link_is_shown_again_to_who_gave_it_with_the_same_key(
    specialists: list[Person],
) -> None:
    link = "https://video.example/ada?pwd=hush"
    wanted = an_availability(meeting_link=link)
    key = {"Idempotency-Key": "a-link"}
    for _ in range(2):
        answer = specialists[0].put("/specialists/me/availability", wanted, headers=key)
        assert answer.json()["meeting_link"] == link
    assert specialists[0].get("/specialists/me/availability").json()["meeting_link"] == link
