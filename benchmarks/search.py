"""How fast searches are among 100,000 specialists: ``python -W ignore -m benchmarks.search``.

Inside the service, on PostgreSQL: the method that answers the call, without gateway and broker.
Beside it, in the same minute, the same filters and counts in plain SQL on indexed columns.
Before every tenth search, a booking moves a specialist's next free slot.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select, text

import chassis.concurrency.green  # noqa: F401  # first
from benchmarks.load import Untrue
from chassis.database.database import Database
from chassis.database.migrations import migrate
from chassis.ids import new_id
from contracts.profiles.discovery import SearchSpecialists, Sort, SpecialistsFound
from contracts.profiles.specialists import SpecialistStatus
from firststep.commands.migrate import migrations_of
from services.profiles.base import Base
from services.profiles.discovery import directory
from services.profiles.discovery.directory import DirectoryEntry, text_of
from services.profiles.discovery.fulltext import full_text
from services.profiles.discovery.in_memory_index import DirectoryInMemory
from services.profiles.discovery.service import Discovery
from services.profiles.discovery.tokens import tokens_of
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import an_empty_specialist
from tests.support.servers import postgres_of_our_own

NOW = datetime.now(UTC)
TOPICS = [f"topic-{n}" for n in range(60)]
APPROACHES = [f"approach-{n}" for n in range(25)]
LANGUAGES = ["en", "de", "fr", "es", "pt", "pl", "it", "nl", "ar", "tr", "ru", "uk", "sv", "da"]
COUNTRIES = [a + b for a in "ABCDEFGH" for b in "EGHKLMNRST"]
COMMON = ["therapist", "anxiety", "help", "people", "years", "listen", "first", "together"]
VOCABULARY = [f"{a}{b}{c}" for a in "bdklmnprst" for b in ("a", "e", "io", "u") for c in COMMON]
RARE = [f"{a}{b}{c}{d}" for a in "bdfgklm" for b in "aeiou" for c in "nrstv" for d in "aeioy"]

ENGLISH = SearchSpecialists(language=["en"])
BESIDE, IN_SQL = "language=en", "language=en, in SQL"

Specialists = Annotated[int, typer.Option(min=1000, help="How many are listed.")]
Searches = Annotated[int, typer.Option(min=100, help="How many searches are measured.")]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(specialists: Specialists = 100_000, searches: Searches = 2_000) -> None:
    """Fill a database of this run's own, and search it in many ways."""
    console = Console()
    with postgres_of_our_own() as server:
        address = server.url.replace("+psycopg", "")
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE profiles")
        database = Database(Base)
        database.connect(f"{server.url}/profiles", "profiles")
        migrate(database.writer, migrations_of("profiles"), Base.metadata)
        started = time.perf_counter()
        fill(database, specialists)
        console.print(f"{specialists} specialists entered in {time.perf_counter() - started:.0f} s")
        search = searching(database)
        started = time.perf_counter()
        search(SearchSpecialists())
        console.print(f"index filled in {time.perf_counter() - started:.1f} s")
        require_same(database, search)
        report(console, measured(database, search, searches))
        database.dispose()


Search = Callable[[SearchSpecialists], SpecialistsFound]


def searching(database: Database) -> Search:
    """The service's method without a call around it."""
    service: Any = Discovery()
    service.store, service.in_memory = database, DirectoryInMemory()
    method: Any = Discovery.search_specialists
    search: Search = partial(method.__wrapped__, service)
    return search


def measured(database: Database, search: Search, searches: int) -> dict[str, list[float]]:
    """Milliseconds of each search, by kind."""
    chance = random.Random(4)
    took: dict[str, list[float]] = {}
    queries = mix(chance)
    for turn in range(searches):
        kind, query = next(queries)
        if turn % 10 == 0:
            move_a_slot(database, chance)
        took.setdefault(kind, []).append(_ms(partial(search, query)))
        if turn % 20 == 0:
            took.setdefault(BESIDE, []).append(_ms(partial(search, ENGLISH)))
            took.setdefault(IN_SQL, []).append(_ms(partial(in_sql, database)))
    return took


def mix(chance: random.Random) -> Iterator[tuple[str, SearchSpecialists]]:
    """What people ask for: mostly a filter or two, often broad, a third of them with words."""
    while True:
        language = [_usual(chance, LANGUAGES)]
        topic = [_usual(chance, TOPICS)]
        soon = NOW + timedelta(days=chance.randint(1, 14))
        sort = chance.choice([None, None, Sort.SOONEST, Sort.NEWEST])
        yield "everybody", SearchSpecialists(sort=sort)
        yield "one language", SearchSpecialists(language=language, sort=sort)
        yield "topic and language", SearchSpecialists(topic=topic, language=language, sort=sort)
        yield (
            "many filters",
            SearchSpecialists(
                topic=[*topic, chance.choice(TOPICS)],
                approach=[chance.choice(APPROACHES)],
                language=["en", *language],
                country=[_usual(chance, COUNTRIES)],
                online=True,
                free_consultation=True,
            ),
        )
        yield "bookable", SearchSpecialists(bookable_before=soon, language=["en"], sort=sort)
        yield "featured", SearchSpecialists(featured=True, online=True, limit=100)
        yield "a common word", SearchSpecialists(words=chance.choice(COMMON), sort=sort)
        yield (
            "common words and filters",
            SearchSpecialists(
                words=" ".join(chance.sample(COMMON, 2)), topic=topic, online=True, sort=sort
            ),
        )
        yield "a beginning", SearchSpecialists(words=chance.choice(COMMON)[:3], language=language)
        yield "a rare word", SearchSpecialists(words=chance.choice(RARE), language=language)


def fill(database: Database, count: int) -> None:
    chance = random.Random(1)
    with database.transaction() as tx:
        for start in range(0, count, 5_000):
            people = [a_specialist(chance) for _ in range(min(5_000, count - start))]
            tx.execute(insert(Specialist), [_columns(each) for each in people])
            entries = []
            for each in people:
                entry = DirectoryEntry(specialist_id=each.id)
                entry.show(each)
                entries.append(_columns(entry) | {"revision": 1})
            tx.execute(insert(DirectoryEntry), entries)
            numbers = dict(
                tx.execute(select(DirectoryEntry.specialist_id, DirectoryEntry.number)).all()
            )
            for each in people:
                full_text(tx).write(tx, numbers[each.id], tokens_of(*text_of(each)))
    with database.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def a_specialist(chance: random.Random) -> Specialist:
    """A biography of 150 words; each common word stands in most of them."""
    said = [word for word in COMMON if chance.random() < 0.8]
    said += chance.choices(VOCABULARY, k=120) + chance.choices(RARE, k=15)
    bookable = chance.random() < 0.85
    facts: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "status": SpecialistStatus.LISTED,
        "display_name": f"Dr {chance.choice(RARE).title()} {chance.choice(RARE).title()}",
        "headline": " ".join(chance.sample(COMMON, 2) + chance.choices(VOCABULARY, k=3)),
        "biography": " ".join(said),
        "languages": sorted(
            {_usual(chance, LANGUAGES), *(["en"] if chance.random() < 0.8 else [])}
        ),
        "topics": chance.sample(TOPICS, 5),
        "approaches": chance.sample(APPROACHES, 2),
        "countries": sorted({_usual(chance, COUNTRIES) for _ in range(3)}),
        "online": chance.random() < 0.7,
        "in_person": True,
        "practice": {"country": _usual(chance, COUNTRIES), "place": chance.choice(RARE).title()},
        "featured": bookable and chance.random() < 0.6,
        "offers_free_consultations": chance.random() < 0.7,
        "next_slot_at": NOW + timedelta(minutes=chance.randint(60, 60 * 24 * 40))
        if bookable
        else None,
        "availability_version": 1,
    }
    specialist = an_empty_specialist()
    for name, value in facts.items():
        setattr(specialist, name, value)
    return specialist


def move_a_slot(database: Database, chance: random.Random) -> None:
    """As a booking does."""
    with database.transaction() as tx:
        number = chance.randint(1, 1_000)
        id = tx.scalar(select(DirectoryEntry.specialist_id).where(DirectoryEntry.number == number))
        specialist = tx.lock(Specialist, id)
        specialist.next_slot_at = NOW + timedelta(minutes=chance.randint(60, 60 * 24 * 40))
        directory.update_entry(tx, specialist)


def require_same(database: Database, search: Search) -> None:
    """Raises ``Untrue`` unless both ways find the same number of specialists, and some."""
    ours, theirs = search(ENGLISH).total, in_sql(database)
    if not ours == theirs > 0:
        raise Untrue(f"language=en finds {ours} specialists, {theirs} in SQL")


def in_sql(database: Database) -> int:
    """The same answer to ``language=en`` out of the directory's rows: page, total and facets."""
    speaks = "terms @> '[\"language:en\"]' AND listed"
    with database.reading() as session:
        session.execute(
            text(
                "SELECT * FROM specialists WHERE id IN (SELECT specialist_id FROM directory"
                f" WHERE {speaks} ORDER BY next_slot_at NULLS LAST, number DESC LIMIT 20)"
            )
        ).all()
        session.execute(
            text(
                "SELECT term, count(*) FROM directory, jsonb_array_elements_text(terms) AS term"
                f" WHERE {speaks} GROUP BY term"
            )
        ).all()
        total = session.scalar(text(f"SELECT count(*) FROM directory WHERE {speaks}"))
        return int(total or 0)


def report(console: Console, took: dict[str, list[float]]) -> None:
    table = Table("search", "how many", "p50, ms", "p95, ms", "p99, ms", "longest, ms")
    ours = [ms for kind, all_ms in took.items() if kind != IN_SQL for ms in all_ms]
    for kind, all_ms in [*took.items(), ("all of ours", ours)]:
        hundredths = quantiles(all_ms, n=100)
        figures = [hundredths[49], hundredths[94], hundredths[98], max(all_ms)]
        table.add_row(kind, str(len(all_ms)), *(f"{each:.1f}" for each in figures))
    console.print(table)
    ratio = quantiles(took[IN_SQL], n=2)[0] / quantiles(took[BESIDE], n=2)[0]
    console.print(f"language=en in SQL takes {ratio:.0f} times as long (p50)")


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _usual(chance: random.Random, values: list[str]) -> str:
    """The first are the most frequent."""
    return values[min(int(chance.expovariate(0.25)), len(values) - 1)]


def _columns(row: Any) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in ("number", "revision")
    }


if __name__ == "__main__":
    app()
