"""One busy calendar: ``python -m benchmarks.slots``, or ``make bench-slots``.

Measures how fast its slots are listed, with and without the cache, inside the service and in turn;
how many bookings a second several processes make in it; and attempts at overlapping times.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from benchmarks import contention, measures, platforms
from benchmarks.load import Untrue
from benchmarks.measures import Figures
from benchmarks.population import Population
from benchmarks.servers import Servers, servers_of_our_own
from chassis import json as wire
from chassis.context import Caller
from chassis.database.database import Database
from chassis.database.migrations import migrate
from contracts.booking.availability import Availability, DateOverride, Hours, Stretch
from contracts.booking.slots import MOST_ON_A_PAGE, SlotsQuery
from firststep.commands.migrate import migrations_of
from services.booking.availability.busy import Busy
from services.booking.availability.calendars import Calendar
from services.booking.availability.free_times import FreeTimes
from services.booking.availability.opening_hours import SLOT, WEEKDAYS
from services.booking.consultations.consultations import Consultation
from services.booking.service import BookingService
from services.booking.slots.slot_cache import SlotCache

BOOKED, DAYS = 400, 30
CONTENDING = "contending, booking processes"
LISTED = timedelta(days=DAYS)
MOST_BOOKED_PER_SECOND = 250
"""One calendar has only so many slots before its horizon."""

Rounds = Annotated[int, typer.Option(min=1, help="How often each is measured.")]
Seconds = Annotated[int, typer.Option(min=1, max=8, help="How long each measurement lasts.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write every figure here.")]

Processes = Annotated[int, typer.Option(min=1, help="How many booking processes at most.")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class NoCache(SlotCache):
    """Misses every time."""

    def find(
        self,
        specialist_id: UUID,
        revision: int | None,
        now: datetime,
        shown_as_of: datetime | None = None,
    ) -> FreeTimes | None:
        return None


@dataclass
class Listing:
    """The service's method, as an RPC runs it, up to the bytes of its answer."""

    database: Database
    specialist_id: UUID
    kept: SlotCache

    def __post_init__(self) -> None:
        self.kept.setup()
        service: Any = BookingService()
        service.store, service.caller = self.database, Caller()
        service.slot_cache = self.kept
        self._service = service
        self._list: Callable[..., Any] = vars(BookingService.list_slots)["__wrapped__"]

    def once(self) -> int:
        """How many slots were listed."""
        now = datetime.now(UTC)
        query = SlotsQuery(starting_from=now, until=now + LISTED, limit=MOST_ON_A_PAGE)
        slots = self._list(self._service, self.specialist_id, query)
        wire.dumps(slots)
        return len(slots.items)


@app.command()
def main(
    rounds: Rounds = 3, seconds: Seconds = 5, processes: Processes = 3, json: Json = None
) -> None:
    """Measure listings with and without the cache, then bookings by several processes, then
    attempts at the same times."""
    console = Console()
    found: dict[str, list[Figures]] = {}
    with servers_of_our_own() as servers:
        settings = servers.settings()
        with _busy_calendar(servers) as (database, specialist_id):
            for _ in range(rounds):
                for side, kept in (("cached", SlotCache()), ("uncached", NoCache())):
                    listing = Listing(database, specialist_id, kept)
                    found.setdefault(side, []).append(_listed(listing, seconds))
        for _ in range(rounds):
            for number in range(1, processes + 1):
                side = f"booking processes: {number}"
                found.setdefault(side, []).append(_booked(servers, number, seconds))
        for number in sorted({1, processes}):
            found[f"{CONTENDING}: {number}"] = list(_contending(servers, number, rounds))
    _show(console, found, processes)
    if json is not None:
        _write(json, settings, found)


def _listed(listing: Listing, seconds: int) -> Figures:
    listing.once()
    took, slots, end = [], 0, time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        slots += listing.once()
        took.append((time.perf_counter() - began) * 1000)
    if not slots:
        raise Untrue("the listings hold no slot")
    hundredths = quantiles(took, n=100)
    return {
        "listings/s": len(took) / seconds,
        "slots/s": slots / seconds,
        "slots a listing": slots / len(took),
        "listing p50, ms": hundredths[49],
        "listing p99, ms": hundredths[98],
    }


def _booked(servers: Servers, processes: int, seconds: int) -> Figures:
    """All bookings are of one specialist: each waits for the calendar."""
    population = Population(specialists=[uuid4()], most_per_second=MOST_BOOKED_PER_SECOND)
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        folder = Path(name)
        with platforms.ours(folder, servers, processes, population) as running:
            return measures.bookings(running, seconds)


def _contending(servers: Servers, processes: int, rounds: int) -> Iterator[Figures]:
    """The first round warms the processes up."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        population = contention.a_population()
        with platforms.ours(Path(name), servers, processes, population) as running:
            contention.attempts(running, 0)
            for round_ in range(1, 1 + rounds):
                yield contention.attempts(running, round_)


@contextmanager
def _busy_calendar(servers: Servers) -> Iterator[tuple[Database, UUID]]:
    """400 bookings in 30 days, a fine grid, a third of the dates different, and every limit."""
    url = servers.fresh_databases("booking").format(service="booking")
    database = Database(BookingService.store.base)
    database.connect(url, "booking")
    migrate(database.writer, migrations_of("booking"), database.base.metadata)
    specialist_id, now = uuid4(), datetime.now(UTC)
    with database.transaction() as tx:
        calendar = tx.lock_or_create(Calendar, specialist_id)
        calendar.learn_listing(True, 1)
        calendar.open(_availability(now), Busy(), now)
        tx.execute(insert(Consultation), list(_consultations(specialist_id, now)))
    try:
        yield database, specialist_id
    finally:
        database.dispose()


def _availability(now: datetime) -> Availability:
    days: Any = WEEKDAYS
    others = [now.date() + timedelta(days=n) for n in range(0, 2 * DAYS, 3)]
    return Availability(
        offers_free_consultations=True,
        time_zone="Europe/Berlin",
        hours=[Hours(weekday=day, starts="07:00", ends="22:00") for day in days],
        overrides=[
            DateOverride(day=day, hours=[Stretch(starts="08:00", ends="20:00")]) for day in others
        ],
        grid_minutes=15,
        minimum_notice_hours=2,
        most_per_day=20,
        most_per_week=120,
        monthly_budget=500,
        paced=False,
    )


def _consultations(specialist_id: UUID, now: datetime) -> Iterator[dict[str, Any]]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [midnight + timedelta(days=1 + n // 30, hours=6) + n % 30 * SLOT for n in range(900)]
    for start in random.Random(7).sample(starts, BOOKED):
        yield {
            "id": uuid4(),
            "version": 1,
            "specialist_id": specialist_id,
            "client_id": uuid4(),
            "starts_at": start,
            "ends_at": start + SLOT,
            "status": "booked",
            "booked_at": now,
        }


def _show(console: Console, found: dict[str, list[Figures]], processes: int) -> None:
    for title, sides in (
        ("Slots", ["cached", "uncached"]),
        ("Bookings in one calendar", [f"booking processes: {n}" for n in range(1, processes + 1)]),
        ("200 attempts at 20 overlapping times", [each for each in found if CONTENDING in each]),
    ):
        table = Table("", *sides, title=title)
        for name in found[sides[0]][0]:
            table.add_row(name, *(f"{_median(found[side], name):,.2f}" for side in sides))
        console.print(table)


def _median(rounds: list[Figures], name: str) -> float:
    return median(each[name] for each in rounds)


def _write(path: Path, settings: dict[str, str], found: dict[str, list[Figures]]) -> None:
    path.write_text(json.dumps({"settings": settings, "rounds": found}, indent=2) + "\n")


if __name__ == "__main__":
    app()
