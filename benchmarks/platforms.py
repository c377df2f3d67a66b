"""Ours, running: a process for each service, or embedded in one."""

from __future__ import annotations

import subprocess
import sys
import time
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from benchmarks.effects import Effects
from benchmarks.population import Population
from benchmarks.processes import processor_s_of_tree, resident_mib
from benchmarks.servers import Servers
from contracts.booking.availability import Availability, Hours, Weekday
from firststep.platform import SERVICES
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from tests.support.databases import connected_database
from tests.support.tokens import SEAL_KEYS
from tests.system.processes import (
    ROOT,
    Serving,
    Settings,
    a_free_port,
    clean_environment,
    firststep,
)

ROLES = ("gateway", "booking", "notifications", "profiles")
END_S = 20


@dataclass
class Running:
    """``seconds_to_start`` is the time from the first process's start until all are ready;
    ``guaranteed``: outbox, inbox and kept replies are named as the peer with guarantees names
    them, and complete after each load."""

    url: str
    effects: Effects
    pids: Mapping[str, int]
    seconds_to_start: float
    population: Population = field(repr=False)
    servers: Mapping[str, int] = field(default_factory=dict)
    guaranteed: bool = False

    def mib(self) -> dict[str, float]:
        """Resident memory by process."""
        return {role: resident_mib(pid) for role, pid in self.pids.items()}

    def processor_s(self) -> dict[str, float]:
        """Seconds of processor time by process, without what these benchmarks ask PostgreSQL."""
        without = self.effects.backends()
        pids = {**self.pids, **self.servers}
        return {role: processor_s_of_tree(pid, without) for role, pid in pids.items()}


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
        with effects_of(settings["database"]) as effects:
            yield Running(all_["gateway"].url, effects, pids, took, population, servers.pids)
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
        with effects_of(database) as effects:
            pids = {"platform": process.process.pid}
            yield Running(process.url, effects, pids, took, population)
        process.stop()


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


@contextmanager
def effects_of(database: str) -> Iterator[Effects]:
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
def running_process(command: list[str], environment: dict[str, str], output: Path) -> Iterator[int]:
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
