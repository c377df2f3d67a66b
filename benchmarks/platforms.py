"""What is measured, running: ours, the peer, and ours embedded in one process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import typing
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from benchmarks.effects import Effects
from benchmarks.population import Population
from benchmarks.servers import Servers
from contracts.booking.availability import Availability, Hours, Weekday
from firststep.platform import SERVICES
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.tokens import SEAL_KEYS
from tests.system.processes import (
    ROOT,
    Serving,
    Settings,
    a_free_port,
    clean_environment,
    firststep,
)

ROLES = ("profiles", "notifications", "booking", "gateway")
PEER = Path(__file__).with_name("peer")
PEER_QUEUES = ("peer.booking.book", "peer.booking.get", "peer.notifications.booked")
START_S, END_S = 30, 20
KIB_A_MIB = 1024
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Running:
    """``seconds_to_start`` is the time from the first process's start until all are ready."""

    url: str
    effects: Effects
    pids: dict[str, int]
    seconds_to_start: float
    population: Population = field(repr=False)

    def mib(self, role: str) -> float:
        """Resident memory of a process."""
        return resident_mib(self.pids[role])


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB_A_MIB
    raise ProcessLookupError(pid)


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_A_SECOND


def settings_on(servers: Servers, folder: Path) -> Settings:
    """Settings of a platform on these servers, with databases of its own, still empty."""
    return {
        "broker": servers.rabbitmq,
        "database": servers.fresh_databases(*SERVICES),
        "mail": str(folder / "mail"),
        "files": str(folder / "files"),
        "seal_keys": SEAL_KEYS,
        "log_level": "warning",
    }


@contextmanager
def ours(
    folder: Path,
    servers: Servers,
    booking_processes: int = 1,
    population: Population | None = None,
) -> Iterator[Running]:
    """A process each for the gateway and the services that a booking concerns."""
    population = population or Population()
    settings = settings_on(servers, folder)
    _set_up(settings, settings["database"], population)
    with ExitStack() as stack:
        started = time.perf_counter()
        all_ = {role: stack.enter_context(serving(folder, settings, role)) for role in ROLES}
        for number in range(2, booking_processes + 1):
            another = stack.enter_context(serving(folder, settings, "booking"))
            all_[f"booking {number}"] = another
        for each in all_.values():
            each.wait_until_ready()
        took = time.perf_counter() - started
        pids = {role: each.process.pid for role, each in all_.items()}
        with _effects(settings["database"]) as effects:
            yield Running(all_["gateway"].url, effects, pids, took, population)
        for each in all_.values():
            each.stop()


@contextmanager
def embedded(folder: Path) -> Iterator[Running]:
    """Everything in one process, on SQLite."""
    population = Population()
    data = folder / "data"
    settings = {
        "data": str(data),
        "files": str(folder / "files"),
        "seal_keys": SEAL_KEYS,
        "log_level": "warning",
    }
    database = f"sqlite:///{data}/{{service}}.db"
    data.mkdir()
    _set_up(settings, database, population)
    started = time.perf_counter()
    with serving(folder, settings) as process:
        process.wait_until_ready()
        took = time.perf_counter() - started
        with _effects(database) as effects:
            pids = {"platform": process.process.pid}
            yield Running(process.url, effects, pids, took, population)
        process.stop()


@contextmanager
def peer(folder: Path, servers: Servers, python: Path) -> Iterator[Running]:
    """A process each for the peer's gateway and its two services; ``python`` has its packages."""
    population = Population()
    database = servers.fresh_databases("booking", "notifications")
    _set_up_peer(database, population)
    port = a_free_port()
    url = f"http://127.0.0.1:{port}"
    gateway = ["uvicorn", "benchmarks.peer.gateway:app", f"--port={port}", "--loop=uvloop"]
    gateway += ["--http=httptools", "--no-access-log", "--log-level=warning"]
    service = ["faststream", "run", "--log-level=warning"]
    commands = {
        "booking": [*service, "benchmarks.peer.booking:app"],
        "notifications": [*service, "benchmarks.peer.notifications:app"],
        "gateway": gateway,
    }
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
                _process([str(python), "-m", *command], environment, folder / f"{role}.log")
            )
        eventually(lambda: all(map(servers.consumers_of, PEER_QUEUES)), within=START_S)
        eventually(lambda: _answers(url), within=START_S)
        took = time.perf_counter() - started
        with _effects(database) as effects:
            yield Running(url, effects, pids, took, population)


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The address of eventlet's HTTP server with nothing behind it."""
    port = a_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.bare", str(port)]
    with _process(command, dict(os.environ), folder / "bare.log"):
        eventually(lambda: _answers(url), within=START_S)
        yield url


def _set_up(settings: Settings, database: str, population: Population) -> None:
    """Migrate, and open every specialist's calendar around the clock."""
    migrate(settings)
    days = typing.get_args(Weekday)
    hours = [Hours(weekday=day, starts="00:00", ends="24:00") for day in days]
    availability = Availability(
        offers_free_consultations=True,
        time_zone="UTC",
        hours=hours,
        grid_minutes=population.grid_minutes,
        in_person_address="1 Example Street",
    )
    open_calendars(database, population.specialists, availability)
    profiles = connected_database(database, "profiles")
    population.use_key_of(profiles)
    profiles.dispose()


def migrate(settings: Settings) -> None:
    """Make the tables of every service."""
    migrated = firststep(settings, "migrate")
    if migrated.returncode:
        raise RuntimeError(migrated.stderr)


def open_calendars(database: str, specialists: Iterable[UUID], availability: Availability) -> None:
    """Open the calendars of listed specialists."""
    engine = create_engine(database.format(service="booking"))
    with Session(engine) as session, session.begin():
        for specialist in specialists:
            calendar = Calendar(specialist_id=specialist, version=0, listed=True, listing_version=1)
            calendar.revision = 0
            calendar.offers_free_consultations = False
            calendar.next_slot_at, calendar.next_slots = None, []
            calendar.open(availability, Busy(), datetime.now(UTC))
            session.add(calendar)
    engine.dispose()


def _set_up_peer(database: str, population: Population) -> None:
    for service in ("booking", "notifications"):
        with psycopg.connect(_for_asyncpg(database, service)) as connection:
            connection.execute((PEER / f"{service}.sql").read_bytes())
            if service == "booking":
                connection.cursor().executemany(
                    "INSERT INTO calendars VALUES (%s, '00:00', '23:30', 12, 60)",
                    [(specialist,) for specialist in population.specialists],
                )


def _for_asyncpg(database: str, service: str) -> str:
    return database.replace("+psycopg", "").format(service=service)


@contextmanager
def _effects(database: str) -> Iterator[Effects]:
    effects = Effects(database)
    try:
        yield effects
    finally:
        effects.close()


@contextmanager
def serving(
    folder: Path, settings: Settings, *services: str, module: str = "firststep.main"
) -> Iterator[Serving]:
    """A process that is started from nothing, as an operator starts it; ended with the block."""
    address = f"127.0.0.1:{a_free_port()}"
    output = folder / f"{'-'.join(services)}-{address.rpartition(':')[2]}.log"
    command = [sys.executable, "-m", module, "serve", *services]
    environment = clean_environment({"http": address, **settings})
    with output.open("w") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield Serving(process, f"http://{address}", output)
        finally:
            _end(process)


@contextmanager
def _process(command: list[str], environment: dict[str, str], output: Path) -> Iterator[int]:
    """Its id. It is ended with the block."""
    with output.open("w") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process.pid
        finally:
            _end(process)


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True
