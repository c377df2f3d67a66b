"""Clients are not left with a person who may not practise: whichever way it ends, from end to end,
embedded and over RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from chassis.settings import Settings, read_settings
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from firststep.commands import accounts as commands
from services.profiles.audit.audit import AuditedAction
from services.profiles.licences.service import review_licences
from tests.support.eventually import eventually
from tests.support.factories import Person, a_client, a_specialist, an_admin, get_licensed, slots_of
from tests.support.platform import House

LATER = utc_now() + timedelta(days=40)
SOON = str((utc_now() + timedelta(days=30)).date())
NOTE = "I have not slept for weeks."


def decide(admin: Person, specialist: Person, decision: str) -> None:
    path = f"/specialists/{specialist.id}"
    version = specialist.get("/specialists/me/licence").json()["version"]
    wanted = {"decision": decision, "version": version, "reason": "Forged."}
    answer = admin.put(f"{path}/verification", wanted)
    assert answer.status_code == 200, answer.text


def withdraw_the_licence(house: House, specialist: Person) -> None:
    decide(an_admin(house.http), specialist, "declined")


def let_the_licence_expire(house: House, specialist: Person) -> None:
    """And decline it, where an admin does not want to wait."""
    get_licensed(specialist, expires_on=SOON)
    review_licences(house.store("profiles"), LATER)
    decide(an_admin(house.http), specialist, "declined")


def decline_the_renewal(house: House, specialist: Person) -> None:
    get_licensed(specialist, expires_on=SOON)
    renewed = {"number": "PT-2042", "issuing_body": "Chamber", "country": "DE"}
    answer = specialist.put("/specialists/me/licence", {**renewed, "expires_on": "2999-01-01"})
    assert answer.status_code == 200, answer.text
    review_licences(house.store("profiles"), LATER)
    decide(an_admin(house.http), specialist, "declined")


def suspend(house: House, specialist: Person) -> None:
    commands.suspend_account(settings_of(house), specialist.email)


def revoke(house: House, specialist: Person) -> None:
    what = AuditedAction.ROLE_REVOKED
    commands.change_role(settings_of(house), specialist.email, Role.SPECIALIST, what)


def settings_of(house: House) -> Settings:
    return replace(read_settings(), database=house.database)


ENDINGS: list[Callable[[House, Person], None]] = [
    withdraw_the_licence,
    let_the_licence_expire,
    decline_the_renewal,
    suspend,
    revoke,
]


def test_whichever_way_it_ends_clients_are_told_and_offered_others(house: House) -> None:
    stands_in = a_specialist(house.http, featured=True)
    for end in ENDINGS:
        specialist, client = a_specialist(house.http, featured=True), a_client(house.http)
        booked = book(client, specialist)
        feed = urlsplit(specialist.post("/calendar-feed", {}).json()["address"]).path
        assert house.http.get(feed).status_code == 200

        end(house, specialist)

        eventually(partial(cancelled, client, booked["id"]))
        lost = shown(client, booked["id"])
        assert lost["cancelled_by"] == "specialist"
        assert (lost["cancellation_reason"], lost["note"]) == ("specialist_unavailable", None)
        eventually(partial(told, client))
        assert held_with(client) == {stands_in.id}
        assert house.http.get(feed).status_code == 404
        assert house.http.get(f"/api/v1/specialists/{specialist.id}").status_code == 404
        assert house.http.get(f"/api/v1/specialists/{specialist.id}/slots").json()["items"] == []


def test_an_admin_sees_what_is_at_risk_with_both_names_until_it_is_decided(house: House) -> None:
    specialist, client = a_specialist(house.http, featured=True), a_client(house.http)
    admin, booked = an_admin(house.http), book(client, specialist)
    get_licensed(specialist, expires_on=SOON)
    assert at_risk(admin, booked["id"]) is None
    review_licences(house.store("profiles"), LATER)
    found = eventually(partial(at_risk, admin, booked["id"]))
    assert found is not None
    assert (found["cause"], found["starts_at"]) == ("licence_expired", booked["starts_at"])
    assert found["specialist"]["display_name"] == "Dr Ada Example"
    assert found["client"]["display_name"] == "Sam Client"
    assert found["since"] is not None
    assert found["cancels_at"] < found["starts_at"]
    assert "note" not in found
    decide(admin, specialist, "declined")
    eventually(lambda: at_risk(admin, booked["id"]) is None)


def at_risk(admin: Person, id: str) -> dict[str, Any] | None:
    answer = admin.get("/consultations/at-risk?limit=100")
    assert answer.status_code == 200, answer.text
    return next((each for each in answer.json()["items"] if each["id"] == id), None)


def book(client: Person, specialist: Person) -> dict[str, Any]:
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    booked = client.post("/consultations", wanted)
    assert booked.status_code == 201, booked.text
    consultation: dict[str, Any] = booked.json()
    note = f"/consultations/{consultation['id']}/note"
    assert client.put(note, {"note": NOTE}).status_code == 204
    assert client.get(f"/consultations/{consultation['id']}").json()["note"] == NOTE
    assert specialist.call("DELETE", note).json()["code"] == "note_not_yours"
    return consultation


def cancelled(client: Person, id: str) -> bool:
    return bool(shown(client, id)["status"] == "cancelled")


def shown(client: Person, id: str) -> dict[str, Any]:
    consultation: dict[str, Any] = client.get(f"/consultations/{id}").json()
    return consultation


def told(client: Person) -> bool:
    return {"consultation_cancelled", "rescue_offered"} <= kinds(client)


def kinds(client: Person) -> set[str]:
    return {each["kind"] for each in client.get("/notifications").json()["items"]}


def held_with(client: Person) -> set[str]:
    held = client.get("/held-slots").json()["items"]
    return {each["specialist_id"] for each in held}
