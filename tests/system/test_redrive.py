"""An event that failed for good is kept; an operator lists it, and lets it take effect."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from chassis.ids import new_id
from chassis.messaging import inbox, retries, retry_limits
from chassis.times import utc_now
from contracts.content import ArticlePublished
from services.notifications.consultations import letters
from tests.notifications.builders import a_mail
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.factories import Person, a_client, a_specialist, slots_of
from tests.support.platform import House
from tests.system.processes import Settings, firststep

TWO_MINUTES = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_limits, "FIRST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(retry_limits, "LONGEST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr(retries, "LOOK_EVERY_S", 0.02)


def no_words(*_: object) -> Any:
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
        broken.setattr(letters, "booked_by_you", no_words)
        client = a_booking(house)
        [event] = eventually(lambda: parked(house))
    assert (event["service"], event["handler"]) == ("notifications", "tell_both")
    assert (event["type"], event["attempts"]) == ("ConsultationBooked", retry_limits.ATTEMPTS)
    assert event["error"] == "RuntimeError: lost for words"
    assert json.loads(event["body"])["id"] == event["event_id"]
    assert client.get("/notifications").json()["items"] == []

    handler = ("--handler", "tell_both")
    tried = firststep(settings_of(house), "events", "replay", *handler, "--dry-run")
    assert event["event_id"] in tried.stdout
    assert parked(house) == [event]

    replayed = firststep(settings_of(house), "events", "replay", *handler)
    assert (replayed.returncode, replayed.stdout) == (0, "1 replayed\n")
    eventually(lambda: client.get("/notifications").json()["items"])

    again = firststep(settings_of(house), "events", "replay", event["event_id"])
    assert (again.returncode, again.stdout) == (1, "0 replayed\n")
    [step] = json.loads(firststep(settings_of(house), "events", "record", "--json").stdout)
    assert (step["action"], step["event_id"]) == ("replay", event["event_id"])
    assert len(client.get("/notifications").json()["items"]) == 1
    assert parked(house) == []


def test_what_is_given_up_is_no_longer_listed(
    embedded_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(letters, "booked_by_you", no_words)
        client = a_booking(embedded_house)
        [event] = eventually(lambda: parked(embedded_house))
    table = firststep(settings_of(embedded_house), "events", "parked")
    assert "tell_both" in table.stdout

    discarded = firststep(settings_of(embedded_house), "events", "discard", event["event_id"])
    assert discarded.stdout == "1 discarded\n"
    assert parked(embedded_house) == []
    assert client.get("/notifications").json()["items"] == []


def test_an_id_that_is_none_is_refused(embedded: Settings) -> None:
    refused = firststep(embedded, "events", "discard", "the-last-one")
    assert refused.returncode == 2
    assert "'event_id': Input should be a valid UUID" in refused.stderr


def test_nobody_mends_everything_by_leaving_something_out(embedded: Settings) -> None:
    for verb in ("replay", "discard"):
        refused = firststep(embedded, "events", verb)
        assert refused.returncode == 2
        assert "select events by" in refused.stderr


def test_what_waits_is_shown_and_waiting_too_long_is_an_exit_code(
    real: Settings,
) -> None:
    idle = firststep(real, "events", "lag", "--json")
    assert idle.returncode == 0, idle.stderr
    assert {row["service"]: row["unsent"] for row in json.loads(idle.stdout)} == {
        "profiles": 0,
        "booking": 0,
        "notifications": 0,
        "content": 0,
    }
    an_unsent_event(real["database"])
    assert firststep(real, "events", "lag").returncode == 0
    assert firststep(real, "events", "lag", "--over", "0").returncode == 1


def test_mail_that_waits_is_shown_and_waiting_too_long_is_an_exit_code(real: Settings) -> None:
    plant_mail(real["database"])
    lag = firststep(real, "events", "lag", "--json")
    assert lag.returncode == 1
    by_service = {row["service"]: row for row in json.loads(lag.stdout)}
    row = by_service["notifications"]
    assert (row["mails_waiting"], row["mails_failed"]) == (1, 1)
    assert row["oldest_mail"] >= TWO_MINUTES.total_seconds()
    assert by_service["booking"]["mails_waiting"] is None
    assert firststep(real, "events", "lag", "--over", "3600").returncode == 0
    assert "oldest mail" in firststep(real, "events", "lag").stdout


def test_a_dead_letter_that_nobody_decides_about_is_warned_of_after_30_days(
    real: Settings,
) -> None:
    for days, warned in ((29, ""), (31, "notifications")):
        plant_a_dead_letter(real["database"], timedelta(days=days))
        lag = firststep(real, "events", "lag", "--json")
        assert lag.returncode == 0
        assert warned in lag.stderr
        assert ("over 30 days" in lag.stderr) == bool(warned)
        [age] = [
            row["oldest_parked"]
            for row in json.loads(lag.stdout)
            if row["service"] == "notifications"
        ]
        assert age >= timedelta(days=days).total_seconds()


def plant_a_dead_letter(database: str, age: timedelta) -> None:
    store = connected_database(database, "notifications")
    with store.transaction() as tx:
        tx.execute(
            insert(store.table("inbox")).values(
                event_id=new_id(),
                handler="tell_both",
                type="ConsultationBooked",
                status=inbox.Status.PARKED,
                attempts=10,
                received_at=utc_now() - age,
                body=b"{}",
            )
        )
    store.dispose()


def plant_mail(database: str) -> None:
    """One that waits for two minutes, as its id says, and one that was given up."""
    notifications, now = connected_database(database, "notifications"), utc_now()
    waiting, failed = (a_mail("Hello", "Hello.", now) for _ in range(2))
    milliseconds = int(TWO_MINUTES.total_seconds() * 1000)
    waiting.id = UUID(int=waiting.id.int - (milliseconds << 80))
    failed.refused("no such mailbox", now)
    with notifications.transaction() as tx:
        tx.add_all([waiting, failed])
    notifications.dispose()


def an_unsent_event(database: str) -> None:
    content = connected_database(database, "content")
    with content.transaction() as tx:
        article: dict[str, Any] = {
            "version": 1,
            "slug": "a",
            "former_slugs": [],
            "title": "A",
            "summary": "",
            "topics": [],
            "language": "en",
        }
        tx.emit(ArticlePublished(article_id=new_id(), **article))
    content.dispose()
