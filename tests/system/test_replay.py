"""Past events are published once more, onto the queue of whoever came late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from kombu import Queue

from chassis.broker.publishing import body_of, connection_to
from tests.support.databases import Databases
from tests.support.factories import Person, a_specialist
from tests.support.platform import House, a_house, a_mail_folder
from tests.system.processes import Settings, firststep

AN_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def house(
    rabbitmq_url: str, postgres_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """With a broker that others get at too."""
    mail = a_mail_folder(tmp_path_factory.mktemp("mail"))
    with a_house(rabbitmq_url, postgres_databases.fresh(), mail) as running:
        yield running


@pytest.fixture
def queue(rabbitmq_url: str) -> Iterator[str]:
    """Marketing's own, on which nobody listens yet."""
    name = f"marketing.{uuid4().hex}"
    with connection_to(rabbitmq_url) as connection:
        Queue(name, durable=True)(connection.default_channel).declare()
    yield name
    with connection_to(rabbitmq_url) as connection:
        connection.default_channel.queue_delete(name)


def settings_of(house: House) -> Settings:
    return {"broker": house.broker, "database": house.database, "mail": house.mail}


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def waiting_in(queue: str, broker: str) -> list[dict[str, Any]]:
    found = []
    with connection_to(broker) as connection:
        channel = connection.default_channel
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            found.append({**json.loads(body_of(message)), "key": message.properties["message_id"]})
    return found


def a_story(house: House) -> Person:
    """Featured, withdrawn, and featured again."""
    person = a_specialist(house.http, featured=True)
    for status in ("unlisted", "listed"):
        assert person.patch("/specialists/me", {"status": status}).status_code == 200
    return person


def test_past_events_are_published_in_order_under_their_ids_and_again_without_harm(
    house: House, queue: str
) -> None:
    person = a_story(house)
    since = ("--since", at(datetime.now(UTC) - AN_HOUR), "--onto", queue)
    tried = firststep(
        settings_of(house), "events", "replay", "SpecialistFeatured", *since, "--dry-run", "--json"
    )
    listed = [each["event_id"] for each in json.loads(tried.stdout)]
    assert waiting_in(queue, house.broker) == []
    feed = house.http.get("/api/v1/events/featured").json()["items"]

    heard = []
    for _ in range(2):
        replayed = firststep(settings_of(house), "events", "replay", "SpecialistFeatured", *since)
        assert (replayed.returncode, replayed.stdout) == (0, f"{len(listed)} published\n")
        heard.append(waiting_in(queue, house.broker))
    assert heard[0] == heard[1]
    assert [each["id"] for each in heard[0]] == [each["key"] for each in heard[0]] == listed
    mine = [each for each in heard[0] if each["subject"] == person.id]
    assert [each["type"] for each in mine] == ["SpecialistFeatured"] * 2
    assert mine[-1].items() >= feed[-1].items()

    unfeatured = firststep(settings_of(house), "events", "replay", "SpecialistUnfeatured", *since)
    assert unfeatured.returncode == 0
    heard_then = waiting_in(queue, house.broker)
    assert {each["type"] for each in heard_then} == {"SpecialistUnfeatured"}
    record = json.loads(firststep(settings_of(house), "events", "record", "--json").stdout)
    assert {each["handler"] for each in record} == {f"onto {queue}"}
    assert {each["event_id"] for each in record} >= set(listed)


def test_only_what_was_told_in_the_time_asked_for_is_published(house: House, queue: str) -> None:
    a_story(house)
    now = datetime.now(UTC)
    for since, until in (
        (now + AN_HOUR, now + 2 * AN_HOUR),
        (now - 2 * AN_HOUR, now - AN_HOUR),
    ):
        times = ("--since", at(since), "--until", at(until), "--onto", queue)
        nothing = firststep(settings_of(house), "events", "replay", "SpecialistFeatured", *times)
        assert (nothing.returncode, nothing.stdout) == (1, "0 published\n")


def test_a_queue_that_is_not_there_is_named(house: House) -> None:
    asked = ("SpecialistFeatured", "--since", "2026-01-01", "--onto", "nobodys")
    refused = firststep(settings_of(house), "events", "replay", *asked)
    assert refused.returncode == 2
    assert "--onto: there is no queue 'nobodys'" in refused.stderr


FEATURED = "SpecialistFeatured"
SINCE = ("--since", "2026-01-01")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["the-last-one"], "'the-last-one' is neither an event's id nor a type of events"),
        (["ConsultationBooked", *SINCE, "--onto", "q"], "'ConsultationBooked' is neither"),
        ([FEATURED, *SINCE], "SpecialistFeatured: name a queue with --onto"),
        ([FEATURED, "--onto", "q"], "SpecialistFeatured: give a time with --since"),
        ([FEATURED, *SINCE, "--until", "2025-01-01", "--onto", "q"], "--until must be later"),
        ([FEATURED, *SINCE, "--onto", "q", "--all"], "--all select parked events"),
        ([FEATURED, *SINCE, "--onto", "q", "--handler", "h"], "select parked events"),
        (["--onto", "q", "--all"], "--onto needs a type of events"),
        ([str(uuid4()), "--onto", "q"], "--onto needs a type of events"),
        ([FEATURED, *SINCE, "--onto", "q"], "the embedded platform's queues can't be reached"),
        ([FEATURED, "--since", "yesterday", "--onto", "q"], "yesterday"),
    ],
)
def test_misuse_is_named(embedded: Settings, arguments: list[str], said: str) -> None:
    refused = firststep(embedded, "events", "replay", *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_operators_see_what_the_sweep_mended(house: House) -> None:
    assert firststep(settings_of(house), "featuring", "corrections").returncode == 0
    seen = firststep(settings_of(house), "featuring", "corrections", "--json")
    assert json.loads(seen.stdout) == []
