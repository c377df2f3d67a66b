"""Names of the two sides of a consultation: for each other, from booking on, until erasure."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import cache
from gateway.api import names
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import PASSWORD, Person, a_client, a_specialist, slots_of
from tests.support.full_specialists import a_specialist_with_one_slot
from tests.support.pictures import a_picture
from tests.support.platform import a_house, a_mail_folder, an_embedded_broker
from tests.support.zones import zone_at


def booked(client: Person, specialist: Person, place: int = 0) -> dict[str, Any]:
    wanted = {
        "specialist_id": specialist.id,
        "starts_at": slots_of(specialist)[place]["starts_at"],
    }
    answer = client.post("/consultations", wanted)
    assert answer.status_code == 201, answer.text
    consultation: dict[str, Any] = answer.json()
    return consultation


def names_in(answer: dict[str, Any]) -> tuple[str | None, str | None]:
    """The specialist's and the client's, each beside their id."""
    assert answer["specialist"]["id"] == answer["specialist_id"]
    assert answer["client"]["id"] == answer["client_id"]
    return answer["specialist"]["display_name"], answer["client"]["display_name"]


BOTH = ("Dr Ada Example", "Sam Client")


@pytest.fixture(scope="module")
def specialist(http: httpx.Client) -> Person:
    return a_specialist(http, featured=True)


def test_both_names_stand_in_whatever_is_answered_about_a_consultation(
    http: httpx.Client, specialist: Person
) -> None:
    client = a_client(http)
    consultation = booked(client, specialist)
    path = f"/consultations/{consultation['id']}"
    assert names_in(consultation) == BOTH
    for reader in (client, specialist):
        assert names_in(reader.get(path).json()) == BOTH
        [listed] = [
            each
            for each in reader.get("/consultations?limit=100").json()["items"]
            if each["id"] == consultation["id"]
        ]
        assert names_in(listed) == BOTH
    later = {"starts_at": slots_of(specialist)[-1]["starts_at"]}
    assert names_in(specialist.post(f"{path}/rescheduling", later).json()) == BOTH
    assert names_in(specialist.post(f"{path}/cancellation", {}).json()) == BOTH


def test_for_anybody_else_there_is_no_name(http: httpx.Client, specialist: Person) -> None:
    consultation = booked(a_client(http), specialist)
    answer = a_client(http).get(f"/consultations/{consultation['id']}")
    assert answer.status_code == 404
    assert "Sam" not in answer.text


def test_a_specialist_keeps_name_and_photo_for_their_clients_when_they_are_unlisted(
    http: httpx.Client,
) -> None:
    specialist, client = a_specialist(http, featured=True), a_client(http)
    png = {"Content-Type": "image/png"}
    shown = specialist.call("PUT", "/specialists/me/photo", content=a_picture("PNG"), headers=png)
    consultation = booked(client, specialist)
    assert specialist.patch("/specialists/me", {"status": "unlisted"}).is_success
    answer = client.get(f"/consultations/{consultation['id']}").json()
    assert names_in(answer) == BOTH
    assert answer["specialist"]["photo"] == shown.json()["photo"]


@pytest.mark.parametrize("erased", ["client", "specialist"])
def test_who_is_erased_has_no_name_any_more(http: httpx.Client, erased: str) -> None:
    specialist, client = a_specialist(http, featured=True), a_client(http)
    consultation = booked(client, specialist)
    gone, other = (client, specialist) if erased == "client" else (specialist, client)
    assert gone.post("/me/erasure", {"password": PASSWORD}).is_success
    if erased == "specialist":  # their public name leaves caches by an event
        eventually(lambda: not read_by(other, consultation)["specialist"]["display_name"])
    answer = read_by(other, consultation)
    assert names_in(answer) == ((BOTH[0], None) if erased == "client" else (None, BOTH[1]))
    assert answer["specialist"]["photo"] is None


def test_names_of_specialists_and_ones_own_are_asked_for_once(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, client = a_specialist(http, featured=True), a_client(http)
    consultation = booked(client, specialist)
    asked, ask = list[list[Any]](), names.Naming._ask

    def counting(naming: names.Naming, keys: list[Any]) -> dict[Any, Any]:
        asked.append(keys)
        return ask(naming, keys)

    def asks(reader: Person) -> int:
        asked.clear()
        assert names_in(read_by(reader, consultation)) == BOTH
        return len(asked)

    monkeypatch.setattr(names.Naming, "_ask", counting)
    eventually(lambda: asks(client) == 0)
    assert asks(specialist) == 1


def test_a_new_name_of_ones_own_is_shown_at_once(http: httpx.Client) -> None:
    client, specialist = a_client(http), a_specialist(http, featured=True)
    consultation = booked(client, specialist)
    assert client.patch("/me", {"display_name": "Kim"}).is_success
    eventually(lambda: names_in(read_by(client, consultation)) == (BOTH[0], "Kim"))


def read_by(reader: Person, consultation: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = reader.get(f"/consultations/{consultation['id']}").json()
    return answer


def test_who_is_waited_for_has_a_name(http: httpx.Client) -> None:
    specialist, starts_at = a_specialist_with_one_slot(http)
    taken = {"specialist_id": specialist.id, "starts_at": starts_at}
    assert a_client(http).post("/consultations", taken).status_code == 201
    client = a_client(http)
    wanted = {"specialist_id": specialist.id, "time_zone": zone_at(12)}
    joined = client.post("/waitlist", wanted).json()
    [entry] = client.get("/waitlist").json()["items"]
    for each in (joined, entry):
        assert each["specialist"]["id"] == specialist.id
        assert each["specialist"]["display_name"] == "Dr Ada Example"
    assert "client" not in entry


def test_without_anything_to_name_nobody_is_asked(http: httpx.Client) -> None:
    assert a_client(http).get("/consultations").json()["items"] == []


def test_while_profiles_is_away_answers_come_without_names(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to a meeting that begins matters more than a name."""
    monkeypatch.setattr(names, "NAMES_WITHIN_S", 0.2)
    monkeypatch.setattr(cache, "LIFETIME_S", 0)
    parts = an_embedded_broker(), sqlite_databases.fresh(), a_mail_folder(tmp_path)
    with a_house(*parts) as house:
        specialist, client = a_specialist(house.http, featured=True), a_client(house.http)
        eventually(partial(slots_of, specialist))
        consultation = booked(client, specialist)
        house.process.service_map["profiles"].stop()
        answer = client.get(f"/consultations/{consultation['id']}")
        assert answer.status_code == 200, answer.text
        assert names_in(answer.json()) == (None, None)
        assert answer.json()["meeting_link"] == consultation["meeting_link"]
