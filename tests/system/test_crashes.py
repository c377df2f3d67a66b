"""Processes killed at the worst moment: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.factories import (
    Person,
    a_client,
    a_sign_up,
    a_specialist,
    an_availability,
    slots_of,
)
from tests.system.processes import Serving, Settings, firststep, serving

SIGN_UP = a_sign_up(email="ada@example.org", display_name="Ada")
UNDER_ITS_KEY = {"Idempotency-Key": "once"}


def written_to(database: str) -> list[str]:
    """The addresses that notifications has a mail for."""
    store = connected_database(database, "notifications")
    with store.reading() as session:
        found = list(session.scalars(text("SELECT address FROM mails")))
    store.dispose()
    return found


def nothing_waits(settings: Settings) -> bool:
    rows = json.loads(firststep(settings, "events", "lag", "--json").stdout)
    return not any(row["unsent"] or row["waiting"] or row["queued"] for row in rows)


def notices(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.get("/notifications").json()["items"]
    return [each for each in found if each["kind"] == "consultation_booked"]


@pytest.mark.parametrize("moment", ["before_publishing", "after_the_confirm"])
def test_an_event_arrives_once_though_its_process_died_while_publishing(
    real: Settings, tmp_path: Path, moment: str
) -> None:
    with ExitStack() as stack:
        gateway, _ = started(stack, tmp_path, real, "gateway", "notifications")
        with serving(tmp_path, real, "profiles", saboteur=moment) as dying:
            dying.wait_until_ready()
            sign_up = partial(
                gateway.http.post, "/api/v1/accounts", json=SIGN_UP, headers=UNDER_ITS_KEY
            )
            with ThreadPoolExecutor(1) as pool:
                answer = pool.submit(sign_up)
                assert dying.ends_with() == -9
                started(stack, tmp_path, real, "profiles")
                # where the new process takes longer than a call may, it is asked again
                assert 202 in (answer.result().status_code, sign_up().status_code)
        eventually(lambda: nothing_waits(real))
        assert written_to(real["database"]) == ["ada@example.org"]
        assert "No events are parked." in firststep(real, "events", "parked").stdout


def test_an_event_takes_effect_once_though_its_consumer_died_in_mid_handler(
    real: Settings, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        gateway, *_ = started(stack, tmp_path, real, "gateway", "profiles", "booking")
        with serving(tmp_path, real, "notifications", saboteur="in_the_handler") as dying:
            dying.wait_until_ready()
            specialist, client = a_booking(gateway.http)
            assert dying.ends_with() == -9
        started(stack, tmp_path, real, "notifications")
        eventually(lambda: notices(client) and notices(specialist))
        assert (len(notices(client)), len(notices(specialist))) == (1, 1)


@pytest.mark.parametrize("moment", ["before_publishing", "before_the_inbox"])
def test_the_embedded_platform_loses_nothing_when_it_is_killed(
    embedded: Settings, tmp_path: Path, moment: str
) -> None:
    with serving(tmp_path, embedded, saboteur=moment) as dying:
        dying.wait_until_ready()
        with suppress(httpx.TransportError):
            dying.http.post("/api/v1/accounts", json=SIGN_UP)
        assert dying.ends_with() == -9
    assert written_to(f"sqlite:///{embedded['data']}/{{service}}.db") == []
    with serving(tmp_path, embedded) as again:
        again.wait_until_ready()
        database = f"sqlite:///{embedded['data']}/{{service}}.db"
        assert len(eventually(lambda: written_to(database))) == 1


def test_two_instances_share_the_work_and_each_event_takes_effect_once(
    real: Settings, tmp_path: Path
) -> None:
    everybody = ("gateway", "profiles", "booking", "booking", "notifications", "notifications")
    with ExitStack() as stack:
        gateway, *_ = started(stack, tmp_path, real, *everybody)
        specialist = a_specialist(gateway.http, featured=True)
        clients = [a_client(gateway.http) for _ in range(10)]
        slots = slots_of(specialist)
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(book, clients, [specialist] * 10, slots))
        assert [answer.status_code for answer in answers] == [201] * 10
        eventually(lambda: len(notices(specialist)) == 10)
        for client in clients:
            eventually(partial(notices, client))
            assert len(notices(client)) == 1
        about = Counter(each["about"] for each in notices(specialist))
        assert set(about.values()) == {1}


def started(stack: ExitStack, folder: Path, settings: Settings, *services: str) -> list[Serving]:
    """A process for each of these services, all of them ready."""
    found = [stack.enter_context(serving(folder, settings, name)) for name in services]
    return [each.wait_until_ready() for each in found]


def a_booking(http: httpx.Client) -> tuple[Person, Person]:
    """A specialist and a client who has booked them."""
    specialist = a_specialist(http)
    client = a_client(http)
    open_hours(specialist)
    answer = book(client, specialist, slots_of(specialist)[0])
    assert answer.status_code == 201, answer.text
    return specialist, client


def open_hours(specialist: Person) -> None:
    specialist.put("/specialists/me/availability", an_availability())
    eventually(lambda: slots_of(specialist))


def book(client: Person, specialist: Person, slot: dict[str, Any]) -> httpx.Response:
    wanted = {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}
    return client.post("/consultations", wanted)
