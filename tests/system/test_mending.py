"""An event that failed for good is kept; an operator lists it, and lets it take effect."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis import inbox, retries
from services.notifications import wording
from tests.house import House
from tests.people import Person, a_client, a_specialist, slots_of
from tests.system.processes import Settings, firststep
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "FIRST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(inbox, "LONGEST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.02)


def no_words(event: object) -> Any:
    raise RuntimeError("lost for words")


def settings_of(house: House) -> Settings:
    return {"database": house.database, "mail": house.mail}


def parked(house: House) -> list[dict[str, Any]]:
    listed = firststep(settings_of(house), "events", "parked", "--json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


def a_booking(house: House) -> Person:
    specialist = a_specialist(house.http, featured=True)
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[0]["starts_at"]}
    client = a_client(house.http)
    assert client.post("/consultations", wanted).status_code == 201
    return client


def test_what_fails_every_time_is_parked_listed_and_replayed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(wording, "booked_by_you", no_words)
        client = a_booking(house)
        [event] = eventually(lambda: parked(house))
    assert (event["service"], event["handler"]) == ("notifications", "tell_both")
    assert (event["type"], event["attempts"]) == ("ConsultationBooked", inbox.ATTEMPTS)
    assert event["error"] == "RuntimeError: lost for words"
    assert json.loads(event["body"])["id"] == event["event_id"]
    assert client.get("/notifications").json()["items"] == []

    replayed = firststep(settings_of(house), "events", "replay", event["event_id"])
    assert (replayed.returncode, replayed.stdout) == (0, "1 replayed\n")
    eventually(lambda: client.get("/notifications").json()["items"])

    again = firststep(settings_of(house), "events", "replay", event["event_id"])
    assert (again.returncode, again.stdout) == (1, "0 replayed\n")
    assert len(client.get("/notifications").json()["items"]) == 1
    assert parked(house) == []


def test_what_is_given_up_is_no_longer_listed(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(wording, "booked_by_you", no_words)
        client = a_booking(embedded_house)
        [event] = eventually(lambda: parked(embedded_house))
    table = firststep(settings_of(embedded_house), "events", "parked")
    assert "tell_both" in table.stdout

    discarded = firststep(settings_of(embedded_house), "events", "discard", event["event_id"])
    assert discarded.stdout == "1 discarded\n"
    assert parked(embedded_house) == []
    assert client.get("/notifications").json()["items"] == []


def test_an_id_that_is_none_is_refused(embedded: Settings) -> None:
    refused = firststep(embedded, "events", "replay", "the-last-one")
    assert refused.returncode == 2
    assert "'event_id': Input should be a valid UUID" in refused.stderr
