"""What a history of 10 million consultations costs: ``python -W ignore -m benchmarks.growth``.

The platform is measured on databases with the history, and before and after that on empty ones: the
same processes, specialists and requests on one server, within the same minutes. A figure of the
empty ones is the mean of both. All are gone when it ends. Schedules that read the history by design
are measured by themselves, and postponed meanwhile. A booking's mail to its specialist is sent, to
a folder.
"""

from __future__ import annotations

import json as json_
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Annotated
from uuid import UUID

import httpx
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Select, Uuid, column, func, insert, select, table

import chassis.concurrency.green  # noqa: F401  # first
from benchmarks import measures, platforms
from benchmarks.effects import Counts, Effects
from benchmarks.load import Untrue
from benchmarks.measures import Figures
from benchmarks.platforms import Running
from benchmarks.population import SPECIALISTS, Population
from benchmarks.servers import Servers, ask, servers_of_our_own
from chassis.context import Caller
from chassis.database.database import Database
from chassis.ids import first_at
from chassis.maintenance.pruning import prune
from chassis.messaging.retention import prune_messages
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from firststep.platform import SERVICES
from services.booking import retention as booking_retention
from services.booking.consultations.queries import with_old_content
from services.booking.invariants.checking import check_invariants
from services.notifications import retention as notifications_retention
from services.notifications.accounts.recipients import Recipient
from services.notifications.mails.queries import old_mails
from services.profiles.sessions.tokens import access_token
from tests.support.databases import connected_database
from tests.support.history import YEARS, History
from tests.support.tokens import SEAL_KEYS

WEEK = timedelta(days=7)
KEPT = 20_000
ASKED = 50
"""Specialists whose slots, list and figures are read, one after another."""
POSTPONED = ("look_for_broken_invariants", "close_consultations")
MILLION = 1_000_000
GIB = 2**30

Consultations = Annotated[int, typer.Option(min=10_000, help="How many are there already.")]
Specialists = Annotated[int, typer.Option(min=200, max=100_000, help="How many they are with.")]
Seconds = Annotated[int, typer.Option(min=1, max=40, help="How long each load lasts.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write every figure here.")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    consultations: Consultations = 10_000_000,
    specialists: Specialists = SPECIALISTS,
    seconds: Seconds = 5,
    json: Json = None,
) -> None:
    """Measure the platform without a history and with one."""
    console = Console()
    history = History(
        consultations=consultations,
        specialists=specialists,
        busiest=consultations // specialists,
        messages=2 * max(1, int(consultations * (WEEK / YEARS))),
        kept=KEPT,
        bookable=SPECIALISTS,
    )
    with servers_of_our_own() as servers:
        filled = _on_fresh_databases(servers)
        began = time.perf_counter()
        history.fill(filled.database)
        took = time.perf_counter() - began
        console.print(
            f"{consultations:,} consultations with what follows from them: filled in {took:.0f} s "
            f"({took / consultations * MILLION:.0f} s a million), {filled.size / GIB:.1f} GiB"
        )
        before = _measured(_empty(servers), seconds)
        with_history = _measured(filled, seconds)
        after = _measured(_empty(servers), seconds)
    empty = {name: (before[name] + after[name]) / 2 for name in before}
    sides = {"empty": empty, "with the history": with_history}
    _show(console, sides)
    if json is not None:
        json.write_text(json_.dumps(sides, indent=2) + "\n")


@dataclass(frozen=True)
class MigratedServers(Servers):
    """Servers whose ``fresh_databases`` are these, always: they may be filled before."""

    database: str

    def fresh_databases(self, *names: str) -> str:
        return self.database

    @property
    def size(self) -> int:
        """Bytes of the databases."""
        prefix = self.database.rpartition("/")[2].removesuffix("{service}")
        sizes = "SELECT sum(pg_database_size(datname)) FROM pg_database"
        return int(ask(self.postgres, f"{sizes} WHERE starts_with(datname, '{prefix}')"))


def _on_fresh_databases(servers: Servers) -> MigratedServers:
    database = servers.fresh_databases(*SERVICES)
    platforms.migrate({"database": database, "seal_keys": SEAL_KEYS})
    with _connected(database, "booking") as booking, booking.transaction() as tx:
        later = utc_now() + timedelta(days=1)
        for schedule in POSTPONED:
            tx.execute(insert(booking.table("clocks")).values(name=schedule, due_at=later))
    return MigratedServers(servers.postgres, servers.rabbitmq, servers.pids, database)


def _empty(servers: Servers) -> MigratedServers:
    """Databases without a history, whose specialists have the addresses that the history gives."""
    empty = _on_fresh_databases(servers)
    with _connected(empty.database, "notifications") as notifications:
        with notifications.transaction() as tx:
            for id in map(History.specialist, range(SPECIALISTS)):
                tx.add(Recipient(account_id=id, email=f"{id}@example.org", display_name="Sam"))
    return empty


class Recent(Effects):
    """What was left since then; ``booked`` are consultations of any time."""

    def __init__(self, database: str, since: datetime) -> None:
        super().__init__(database)
        self._first = first_at(since)

    def counts(self) -> Counts:
        with self._booking.connect() as booking, self._notifications.connect() as notifications:
            return Counts(
                booking.scalar(self._count_of("consultations")) or 0,
                notifications.scalar(self._count_of("notices")) or 0,
                notifications.scalar(self._count_of("mails")) or 0,
            )

    def _count_of(self, name: str) -> Select[int]:
        id = column("id", Uuid())
        return select(func.count()).select_from(table(name, id)).where(id >= self._first)


def _measured(servers: MigratedServers, seconds: int) -> Figures:
    population = Population([History.specialist(number) for number in range(SPECIALISTS)])
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        with platforms.ours(Path(name), servers, population=population) as running:
            with closing(Recent(servers.database, utc_now())) as running.effects:
                figures = measures.bookings(running, seconds)
                figures |= measures.reads(running, seconds)
                figures |= _asked(running)
    return figures | _swept(servers.database)


def _asked(running: Running) -> Figures:
    """Milliseconds of one request at a time, each about another specialist (median)."""
    key = running.population.key
    theirs = running.population.specialists[:ASKED]

    def signed(role: Role, account_id: UUID) -> dict[str, str]:
        caller = Caller(account_id, frozenset({role}), verified=True, second_factor=True)
        return {"Authorization": f"Bearer {access_token(key, caller, utc_now())}"}

    with httpx.Client(base_url=f"{running.url}/api/v1", timeout=60) as http:

        def ms(path: str, headers: dict[str, str]) -> float:
            began = time.perf_counter()
            answer = http.get(path, headers=headers)
            if answer.status_code != HTTPStatus.OK:
                raise Untrue(f"{path} was answered with {answer.status_code}: {answer.text}")
            return (time.perf_counter() - began) * 1000

        def median_of(path: str) -> float:
            return median(ms(path.format(id=id), signed(Role.SPECIALIST, id)) for id in theirs)

        ms("/consultations", signed(Role.SPECIALIST, theirs[-1]))
        return {
            "slots, ms": median_of("/specialists/{id}/slots"),
            "list of consultations, ms": median_of("/consultations"),
            "list of notices, ms": median_of("/notifications"),
            "monthly figures, ms": median_of("/specialists/me/figures"),
            "monthly figures of all, ms": ms("/figures", signed(Role.ADMIN, theirs[0])),
        }


def _swept(database: str) -> Figures:
    """Seconds of one run of retention and of ``firststep audit``."""
    now = utc_now()
    with _connected(database, "booking") as booking:
        with _connected(database, "notifications") as notifications:
            retention = _seconds(lambda: _apply_retention(booking, notifications, now))
        with booking.reading() as session:
            began = time.perf_counter()
            found = check_invariants(session, now)
            audit = time.perf_counter() - began
    if found.counts:
        raise Untrue(f"the audit found {dict(found.counts)} after {audit:.0f} s")
    return {"retention, s": retention, "audit, s": audit}


def _apply_retention(booking: Database, notifications: Database, now: datetime) -> None:
    for database, rules in (
        (booking, booking_retention.RULES),
        (notifications, notifications_retention.RULES),
    ):
        prune_messages(database, now)
        prune(database, rules, now)
    with booking.reading() as session:
        session.scalars(with_old_content(now).limit(booking_retention.AT_ONCE)).all()
    with notifications.reading() as session:
        session.scalars(old_mails(now, notifications_retention.AT_ONCE)).all()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _connected(database: str, service: str) -> Iterator[Database]:
    connected = connected_database(database, service)
    try:
        yield connected
    finally:
        connected.dispose()


def _show(console: Console, sides: dict[str, Figures]) -> None:
    shown = Table("", *sides, "times")
    before, after = sides.values()
    for name, value in before.items():
        times = f"{after[name] / value:.2f}" if value else ""
        shown.add_row(name, f"{value:,.2f}", f"{after[name]:,.2f}", times)
    console.print(shown)


if __name__ == "__main__":
    app()
