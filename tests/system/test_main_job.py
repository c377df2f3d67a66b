"""The main job, by real requests, on every backend."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.factories import (
    Person,
    a_client,
    a_profile,
    a_specialist,
    an_availability,
    get_licensed,
    slots_of,
    somebody,
)
from tests.support.platform import House


def test_a_free_consultation_is_booked_end_to_end(
    house: House, request: pytest.FixtureRequest
) -> None:
    specialist = a_specialist(house.http, featured=True)
    client = a_client(house.http)

    featured = house.http.get("/api/v1/featured").json()["items"]
    assert [each["id"] for each in featured] == [specialist.id]

    slot = slots_of(specialist)[0]
    wanted = {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}
    booked = client.post("/consultations", wanted)
    assert booked.status_code == 201
    assert booked.json()["status"] == "booked"

    for person in (client, specialist):
        eventually(partial(_notice, person, booked.json()["id"]))
    recipients = eventually(lambda: _mailed(house, request, {client.email, specialist.email}))
    assert recipients == {client.email, specialist.email}

    refused = a_client(house.http).post("/consultations", wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert slot not in slots_of(specialist)


def _notice(person: Person, about: str) -> Any:
    notices = person.get("/notifications").json()["items"]
    return [each for each in notices if each["about"] == about]


def _mailed(house: House, request: pytest.FixtureRequest, wanted: set[str]) -> set[str]:
    if house.mail.startswith("smtp"):
        messages = request.getfixturevalue("smtp_server").messages()
    else:
        parser = BytesParser(policy=policy.default)
        messages = [parser.parsebytes(each.read_bytes()) for each in Path(house.mail).glob("*.eml")]
    found = {str(message["To"]) for message in messages} & wanted
    assert found == wanted
    return found


def test_a_specialist_is_featured_exactly_while_they_can_be_booked_for_free(
    embedded_house: House,
) -> None:
    http = embedded_house.http
    specialist = somebody(http, "specialist")

    # hours first, the profile later: no order is needed
    assert specialist.put("/specialists/me/availability", an_availability()).status_code == 200
    assert specialist.post("/specialists", a_profile()).status_code == 201
    get_licensed(specialist)
    assert not specialist.get("/specialists/me").json()["featured"]

    specialist.patch("/specialists/me", {"status": "listed"})
    eventually(lambda: specialist.get("/specialists/me").json()["featured"])

    closed = an_availability(offers_free_consultations=False)
    specialist.put("/specialists/me/availability", closed)
    eventually(lambda: not specialist.get("/specialists/me").json()["featured"])

    notices = eventually(lambda: specialist.get("/notifications").json()["items"][1:])
    assert {each["kind"] for each in notices} <= {
        "licence_verified",
        "specialist_featured",
        "specialist_unfeatured",
    }
