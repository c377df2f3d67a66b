"""What is held on a person, through the front door: taken along whole, and erased for good."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from firststep.platform import SERVICES_AND_GATEWAY
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    logged_in,
    slots_of,
    somebody,
)
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker

ROLES = ("client", "specialist", "editor", "marketing", "admin")


def with_role(house: House, role: str) -> Person:
    """Those roles which nobody can sign up with are given in the database."""
    person = somebody(house.http, role if role == "specialist" else "client")
    store = house.store("profiles")
    with store.transaction() as tx:
        accounts = store.table("accounts")
        tx.execute(update(accounts).where(accounts.c.email == person.email).values(roles=[role]))
    return logged_in(house.http, person.email, PASSWORD)


def erase(person: Person, password: Any = PASSWORD, **request: Any) -> httpx.Response:
    return person.post("/me/erasure", {"password": password}, **request)


# Export


@pytest.mark.parametrize("role", ROLES)
def test_everybody_takes_along_what_is_held_on_them(shared_house: House, role: str) -> None:
    person = with_role(shared_house, role)
    answer = person.get("/me/export")
    assert answer.status_code == 200
    exported = answer.json()
    assert exported["account_id"] == person.id
    assert exported["profiles"]["account"]["roles"] == [role]
    assert exported["profiles"]["account"]["email"] == person.email
    age = datetime.now(UTC) - datetime.fromisoformat(exported["exported_at"])
    assert abs(age.total_seconds()) < 60


def test_an_export_is_a_file_that_nobody_on_the_way_keeps(client: Person) -> None:
    headers = client.get("/me/export").headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Disposition"] == 'attachment; filename="firststep-export.json"'
    assert headers["Cache-Control"] == "no-store"


def test_other_answers_bear_no_such_headers(client: Person) -> None:
    headers = client.get("/me").headers
    assert "Content-Disposition" not in headers


def test_what_a_client_did_stands_in_the_export_and_nobody_elses(http: httpx.Client) -> None:
    client, other = a_client(http), a_client(http)
    specialist = a_specialist(http, featured=True)
    first, second, *_ = slots_of(specialist)
    booked = client.post(
        "/consultations", {"specialist_id": specialist.id, "starts_at": first["starts_at"]}
    ).json()
    theirs = other.post(
        "/consultations", {"specialist_id": specialist.id, "starts_at": second["starts_at"]}
    ).json()
    eventually(lambda: client.get("/me/export").json()["notifications"]["mails"])

    exported = client.get("/me/export").json()
    assert [each["id"] for each in exported["booking"]["consultations"]] == [booked["id"]]
    assert [each["about"] for each in exported["notifications"]["notices"]] == [booked["id"]]
    for strange in (theirs["id"], other.email, specialist.email, other.id):
        assert strange not in str(exported)
    held_by_specialist = specialist.get("/me/export").json()
    assert len(held_by_specialist["booking"]["consultations"]) == 2
    assert held_by_specialist["booking"]["availability"]["time_zone"] == "Europe/Berlin"
    assert held_by_specialist["profiles"]["specialist"]["biography"] == "I listen first."


def test_nobody_exports_without_signing_in(http: httpx.Client) -> None:
    assert http.get("/api/v1/me/export").status_code == 401
    bad = {"Authorization": "Bearer nonsense"}
    assert http.get("/api/v1/me/export", headers=bad).json()["code"] == "bad_token"


@pytest.mark.parametrize("away", ["booking", "content"])
def test_where_a_service_is_away_there_is_no_half_an_export(
    sqlite_databases: Databases, tmp_path: Path, away: str
) -> None:
    broker, database, mail = (
        an_embedded_broker(),
        sqlite_databases.fresh(),
        a_mail_folder(tmp_path),
    )
    services = tuple(each for each in SERVICES_AND_GATEWAY if each != away)
    with a_house(broker, database, mail, services) as house:
        answer = a_client(house.http).get("/me/export")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "Content-Disposition" not in answer.headers


# Erasure


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_have_their_account_erased(shared_house: House, role: str) -> None:
    person = with_role(shared_house, role)
    answer = erase(person)
    assert answer.status_code == 202
    receipt = answer.json()
    assert receipt["complete_at"] is None
    assert set(receipt["services"]) == {"profiles", "booking", "notifications", "content"}
    found = shared_house.http.get(f"/api/v1/erasures/{receipt['id']}")
    assert found.status_code == 200
    assert found.json()["requested_at"] == receipt["requested_at"]
    assert person.id not in found.text


def test_a_wrong_password_erases_nothing(http: httpx.Client) -> None:
    person = a_client(http)
    answer = erase(person, "a wrong password")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert "a wrong password" not in answer.text
    assert person.get("/me").status_code == 200


@pytest.mark.parametrize(
    "body", [[], {}, {"password": None}, {"password": 7}, {"password": "x" * 201}]
)
def test_what_is_no_password_is_refused(client: Person, body: Any) -> None:
    answer = client.post("/me/erasure", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "xxx" not in answer.text


def test_more_than_a_password_is_refused(client: Person) -> None:
    answer = client.post("/me/erasure", {"password": PASSWORD, "account_id": str(uuid4())})
    assert answer.status_code == 422
    assert client.get("/me").status_code == 200


def test_nobody_erases_without_signing_in(http: httpx.Client) -> None:
    answer = http.post("/api/v1/me/erasure", json={"password": PASSWORD})
    assert answer.status_code == 401


def test_an_erased_account_can_not_be_erased_again_or_exported(http: httpx.Client) -> None:
    person = a_client(http)
    assert erase(person).status_code == 202
    for answer in (erase(person), person.get("/me/export")):
        assert answer.status_code == 401
        assert answer.json()["code"] in ("erased", "token_revoked")
    answer = http.post("/api/v1/sessions", json={"email": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_an_erased_specialist_is_found_by_nobody(http: httpx.Client) -> None:
    person = a_specialist(http, featured=True)
    assert http.get(f"/api/v1/specialists/{person.id}").status_code == 200
    assert person.id in http.get("/api/v1/specialists?sort=newest").text
    assert erase(person).status_code == 202
    seen = f"/api/v1/specialists/{person.id}"
    eventually(lambda: http.get(seen).status_code == 404)
    eventually(lambda: person.id not in http.get("/api/v1/specialists?sort=newest").text)
    eventually(lambda: http.get(f"/api/v1/specialists/{person.id}/slots").status_code == 404)


@pytest.mark.parametrize("id", [str(uuid4()), "x", "%00", "me"])
def test_a_receipt_that_is_not_there_is_not_found(http: httpx.Client, id: str) -> None:
    assert http.get(f"/api/v1/erasures/{id}").status_code == 404
