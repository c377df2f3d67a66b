"""Everything is restarted, one after another, under load: no request is lost."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc.jwk import OKPKey

from chassis.context import Caller
from firststep.platform import SERVICES
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.factories import Person, a_specialist, slots_of
from tests.support.tokens import a_token_of, key_of
from tests.system.processes import Running, Serving, Settings, firststep, serving

CLIENTS = 4
MORE = 10


@dataclass
class Load:
    """Clients who book, and look at what they booked, over connections that they keep.

    As a load balancer does, they go elsewhere where nothing listens. Nothing else is forgiven.
    """

    urls: list[str]
    key: OKPKey
    slots: Iterator[tuple[str, str]]
    booked: dict[str, Person] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    refused: int = 0
    answered: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with httpx.Client(timeout=20) as http:
            for url in itertools.cycle(self.urls):
                try:
                    while not self.over.is_set():
                        self._book(http, url)
                    return
                except httpx.ConnectError:
                    self.refused += 1

    def _book(self, http: httpx.Client, url: str) -> None:
        """Once nothing is free any more, they only look."""
        specialist, starts_at = next(self.slots, ("", ""))
        client = self._client(http)
        if specialist:
            body = {"specialist_id": specialist, "starts_at": starts_at}
            booking = self._ask(client, "POST", f"{url}/api/v1/consultations", json=body)
            if booking is not None:
                self.booked[booking["id"]] = client
        self._ask(client, "GET", f"{url}/api/v1/consultations")

    def _client(self, http: httpx.Client) -> Person:
        caller = Caller(uuid4(), frozenset(["client"]), verified=True)
        return Person(str(caller.account_id), "", http, a_token_of(self.key, caller))

    def _ask(self, client: Person, method: str, url: str, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {client.token}"}
        try:
            answer = client.http.request(method, url, headers=headers, **request)
        except httpx.ConnectError:
            raise
        except httpx.TransportError as error:
            self.lost.append(repr(error))
            return None
        if answer.status_code not in (200, 201):
            self.lost.append(answer.text)
            return None
        self.answered += 1
        return answer.json()


@contextmanager
def under_load(urls: list[str], specialists: list[Person], settings: Settings) -> Iterator[Load]:
    """Inside the block people book; afterwards none of their requests may be lost."""
    slots = ((each.id, slot["starts_at"]) for each in specialists for slot in slots_of(each))
    profiles = connected_database(settings["database"], "profiles")
    load = Load(urls, key_of(profiles), iter(list(slots)))
    profiles.dispose()
    threads = [threading.Thread(target=load.run) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


def goes_on(load: Load) -> None:
    """More is answered from here on."""
    before = load.answered
    eventually(lambda: load.answered > before + MORE or load.lost)


def kept(load: Load, url: str) -> bool:
    """Whether everything that was booked can still be looked at."""
    answers = [
        httpx.get(
            f"{url}/api/v1/consultations/{id}", headers={"Authorization": f"Bearer {client.token}"}
        )
        for id, client in load.booked.items()
    ]
    return all(each.status_code == httpx.codes.OK for each in answers)


def runs(pid: int) -> bool:
    """Whoever has ended may still be listed, where nobody asks for its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def children_of(process: Running) -> set[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(each) for each in listed.split()}


def test_two_gateways_and_two_of_each_service_restarted_one_by_one_lose_no_request(
    real: Settings, tmp_path: Path
) -> None:
    with ExitStack() as stack:

        def start(*roles: str, **settings: str) -> Serving:
            return stack.enter_context(serving(tmp_path, {**real, **settings}, *roles))

        services = [start(*SERVICES), start(*SERVICES)]
        gateways = [start("gateway"), start("gateway")]
        for each in (*services, *gateways):
            each.wait_until_ready()
        specialists = [a_specialist(gateways[0].http, featured=True)]

        with under_load([each.url for each in gateways], specialists, real) as load:
            for old in services:
                goes_on(load)
                start(*SERVICES).wait_until_ready()
                assert old.stop() == 0
            for old in gateways:
                goes_on(load)
                assert old.stop() == 0
                start("gateway", http=old.url.removeprefix("http://")).wait_until_ready()
            goes_on(load)

        assert load.lost == []
        assert load.booked
        assert kept(load, gateways[0].url)


def test_workers_share_a_port_and_are_replaced_without_a_gap(
    real: Settings, tmp_path: Path
) -> None:
    with (
        serving(tmp_path, real, *SERVICES) as services,
        serving(tmp_path, real, "gateway", "--workers", "2") as gateway,
    ):
        services.wait_until_ready()
        specialists = [a_specialist(gateway.wait_until_ready().http, featured=True)]
        before = children_of(gateway.process)
        assert len(before) == 2

        with under_load([gateway.url], specialists, real) as load:
            goes_on(load)
            gateway.send(signal.SIGHUP)
            eventually(lambda: "workers_replaced" in gateway.said())
            goes_on(load)

        assert load.lost == []
        assert load.refused == 0
        assert kept(load, gateway.url)
        eventually(lambda: not children_of(gateway.process) & before)
        assert gateway.stop() == 0


def test_a_worker_that_dies_is_started_again_and_none_outlives_its_parent(
    unused: Settings, tmp_path: Path
) -> None:
    with serving(tmp_path, unused, "gateway", "--workers", "2") as gateway:
        eventually(lambda: "workers_ready" in gateway.said())
        dying, living = children_of(gateway.process)

        os.kill(dying, signal.SIGKILL)
        eventually(lambda: len(children_of(gateway.process) - {dying}) == 2)
        assert living in children_of(gateway.process)

        left = children_of(gateway.process)
        gateway.send(signal.SIGKILL)
        eventually(lambda: not any(map(runs, left)))


def test_workers_that_can_not_start_say_why_and_end(unused: Settings) -> None:
    ended = firststep({**unused, "database": ""}, "serve", "booking", "--workers", "2")
    assert ended.returncode == 2
    assert "FIRSTSTEP_DATABASE is missing" in ended.stdout + ended.stderr


def test_the_embedded_platform_has_no_workers(embedded: Settings) -> None:
    ended = firststep(embedded, "serve", "--workers", "2")
    assert ended.returncode == 2
    assert "the embedded platform is one process" in ended.stderr
