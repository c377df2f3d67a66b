"""Broker or database away: it is said, requests are answered, nothing accepted is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import servers
from tests.support.databases import PostgresDatabases
from tests.support.eventually import eventually
from tests.support.factories import a_client, a_specialist, slots_of
from tests.support.servers import Server, SmtpServer
from tests.system.processes import Serving, Settings, real_settings, serving

SERVICES_AND_GATEWAY = ("profiles", "booking", "notifications", "content", "gateway")


@pytest.fixture
def own_rabbitmq(rabbitmq_url: str) -> Iterator[Server]:
    """One that the test may stop. (The shared one says that it can be had at all.)"""
    with servers.rabbitmq_of_our_own() as server:
        yield server


@pytest.fixture
def own_postgres(postgres_url: str) -> Iterator[Server]:
    with servers.postgres_of_our_own() as server:
        yield server


@pytest.fixture
def fragile(own_rabbitmq: Server, own_postgres: Server, smtp_server: SmtpServer) -> Settings:
    databases = PostgresDatabases(own_postgres.url)
    return real_settings(own_rabbitmq.url, databases.fresh(), smtp_server.url)


def failures(serving: Serving) -> str:
    """What /readyz says."""
    try:
        answer = serving.http.get("/readyz")
    except httpx.TransportError:
        return "nothing listens"
    return answer.text if answer.status_code == 503 else ""


def test_it_lives_through_outages_of_broker_and_database(
    fragile: Settings, own_rabbitmq: Server, own_postgres: Server, tmp_path: Path
) -> None:
    own_rabbitmq.stop()
    with serving(tmp_path, fragile, *SERVICES_AND_GATEWAY) as platform:
        eventually(lambda: "broker_away" in platform.said())
        eventually(lambda: "broker" in failures(platform))
        own_rabbitmq.start()
        platform.wait_until_ready()

        specialist = a_specialist(platform.http, featured=True)
        client = a_client(platform.http)
        slot, other_slot, *_ = slots_of(specialist)

        own_postgres.stop()
        eventually(lambda: "booking.database" in failures(platform))
        wanted = {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}
        assert_unavailable(client.post("/consultations", wanted))
        own_postgres.start()
        eventually(lambda: not failures(platform))
        assert client.post("/consultations", wanted).status_code == 201

        own_rabbitmq.stop()
        eventually(lambda: "broker" in failures(platform))
        assert_unavailable(client.get("/notifications"))
        own_rabbitmq.start()
        eventually(lambda: not failures(platform))
        wanted = {"specialist_id": specialist.id, "starts_at": other_slot["starts_at"]}
        assert a_client(platform.http).post("/consultations", wanted).status_code == 201

        eventually(lambda: len(specialist.get("/notifications").json()["items"]) == 3)
        assert platform.process.poll() is None
        assert platform.stop() == 0


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0


def test_a_database_that_is_away_at_the_start_is_waited_for(
    real: Settings, own_postgres: Server, tmp_path: Path
) -> None:
    settings = {**real, "database": PostgresDatabases(own_postgres.url).fresh()}
    own_postgres.stop()
    with serving(tmp_path, settings, "content") as content:
        eventually(lambda: "content.database" in failures(content))
        own_postgres.start()
        eventually(lambda: not failures(content))
