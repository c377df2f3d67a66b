"""The peers, and a server that does nothing, running."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg

from benchmarks.platforms import Running, effects_of, running_process
from benchmarks.population import Population
from benchmarks.servers import Servers
from tests.support.eventually import eventually
from tests.system.processes import READY_WITHIN_S, a_free_port

SERVICES = ("booking", "notifications")
FOLDER = Path(__file__).with_name("peer")


class Peer(NamedTuple):
    """``folders``: whose ``.sql`` files make the tables; ``events``: the queue of bookings."""

    package: str
    folders: tuple[Path, ...]
    events: str


BARE = Peer("benchmarks.peer", (FOLDER,), "peer.notifications.booked")
GUARANTEED = Peer(
    "benchmarks.peer.guaranteed", (FOLDER, FOLDER / "guaranteed"), "peer.guaranteed.booked"
)


@contextmanager
def peer(folder: Path, servers: Servers, python: Path, which: Peer) -> Iterator[Running]:
    """A process each for a peer's gateway and its two services; ``python`` has its packages."""
    population = Population()
    database = servers.fresh_databases(*SERVICES)
    _set_up_peer(database, population, which)
    port = a_free_port()
    url = f"http://127.0.0.1:{port}"
    gateway = ["uvicorn", f"{which.package}.gateway:app", f"--port={port}", "--loop=uvloop"]
    gateway += ["--http=httptools", "--no-access-log", "--log-level=warning"]
    service = ["faststream", "run"]
    commands = {
        "gateway": gateway,
        "booking": [*service, f"{which.package}.booking:app"],
        "notifications": [*service, f"{which.package}.notifications:app"],
    }
    queues = ("peer.booking.book", "peer.booking.get", which.events)
    with ExitStack() as stack:
        started = time.perf_counter()
        pids = {}
        for role, command in commands.items():
            environment = {
                **os.environ,
                "PEER_BROKER": servers.rabbitmq,
                "PEER_DATABASE": _for_asyncpg(database, role),
                "PEER_KEYS": population.public_keys(),
            }
            pids[role] = stack.enter_context(
                running_process([str(python), "-m", *command], environment, folder / f"{role}.log")
            )
        eventually(lambda: all(map(servers.consumers_of, queues)), within=READY_WITHIN_S)
        eventually(lambda: _answers(url), within=READY_WITHIN_S)
        took = time.perf_counter() - started
        with effects_of(database) as effects:
            yield Running(
                url, effects, pids, took, population, servers.pids, guaranteed=which is GUARANTEED
            )


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The address of eventlet's HTTP server with nothing behind it."""
    port = a_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.bare", str(port)]
    with running_process(command, dict(os.environ), folder / "bare.log"):
        eventually(lambda: _answers(url), within=READY_WITHIN_S)
        yield url


def _set_up_peer(database: str, population: Population, which: Peer) -> None:
    for service in SERVICES:
        with psycopg.connect(_for_asyncpg(database, service)) as connection:
            for folder in which.folders:
                connection.execute((folder / f"{service}.sql").read_bytes())
            if service == "booking":
                connection.cursor().executemany(
                    "INSERT INTO calendars VALUES (%s, '00:00', '23:30', 12, 60)",
                    [(specialist,) for specialist in population.specialists],
                )


def _for_asyncpg(database: str, service: str) -> str:
    return database.replace("+psycopg", "").format(service=service)


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True
