"""How long everything is kept is written down, and is what the services do."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from chassis.maintenance.pruning import Retained, Rule
from chassis.messaging import retention
from chassis.times import utc_now
from firststep.platform import SERVICES
from tests.contracts.loops import clocks_of
from tests.support.databases import Databases, connected_database

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
COLUMNS = ["service", "what", "how long", "clock", "why"]
EVERY, NOBODY = "every", "—"
NO_TABLES = {"files"}
TABLES_OF_ALL = {each.table for each in retention.SCHEDULE}
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def schedule_of(service: str) -> tuple[Retained, ...]:
    module = importlib.import_module(f"services.{service}.retention")
    found: tuple[Retained, ...] = module.SCHEDULE
    return found


def all_schedules() -> dict[str, tuple[Retained, ...]]:
    return {EVERY: retention.SCHEDULE} | {name: schedule_of(name) for name in SERVICES}


def in_words(period: timedelta) -> str:
    seconds = int(period.total_seconds())
    for unit, size in UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return "at once"


def rows_of_the_document() -> list[list[str]]:
    _, _, section = OPERATING.read_text().partition("\n## Retention")
    section, _, _ = section.partition("\n## ")
    rows = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]
    assert cells[0] == COLUMNS
    return cells[2:]


def left_out(schedule: Iterable[Retained], tables: Iterable[str]) -> set[str]:
    """Tables of which nobody has said how long they are kept."""
    return set(tables) - {each.table for each in schedule} - TABLES_OF_ALL


@pytest.mark.parametrize("service", SERVICES)
def test_of_every_table_it_is_said_how_long_it_is_kept(service: str) -> None:
    assert left_out(schedule_of(service), SERVICES[service].store.base.metadata.tables) == set()


def test_a_table_that_is_left_out_would_be_noticed() -> None:
    assert left_out(schedule_of("content"), ["articles", "outbox", "diaries"]) == {"diaries"}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_scheduled_that_is_not_there(service: str) -> None:
    tables = SERVICES[service].store.base.metadata.tables
    for each in (*schedule_of(service), *retention.SCHEDULE):
        if each.table not in NO_TABLES:
            assert each.table in tables, each
            assert not each.column or each.column in tables[each.table].c, each


@pytest.mark.parametrize("service", SERVICES)
def test_every_period_is_ended_by_a_clock_of_its_service(service: str) -> None:
    clocks = set(clocks_of(SERVICES[service]))
    for each in schedule_of(service):
        assert not each.ended_by or each.ended_by in clocks, each
        assert each.ended_by or each.period is None, each
    for rule in retention.RULES:
        assert rule.ended_by == retention.LEASE


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_of_a_service_is_applied(service: str) -> None:
    module = importlib.import_module(f"services.{service}.retention")
    rules = [each for each in schedule_of(service) if isinstance(each, Rule)]
    assert rules == list(getattr(module, "RULES", ()))


def test_the_document_says_the_same_as_the_code() -> None:
    written = {(row[0], row[1]): (row[2], row[3]) for row in rows_of_the_document()}
    for service, schedule in all_schedules().items():
        for each in schedule:
            how_long, clock = written.pop((service, each.what))
            assert clock == (each.ended_by or NOBODY), each
            if each.period is not None:
                assert how_long == in_words(each.period), each
    assert not written, "the document names what the code does not keep"


def test_the_document_says_for_each_how_long_and_why() -> None:
    rows = rows_of_the_document()
    assert all(len(row) == len(COLUMNS) and all(row) for row in rows)
    assert len({(row[0], row[1]) for row in rows}) == len(rows)


# What is due is found by an index, however much is kept

ALL_RULES = [
    (service, rule)
    for service in SERVICES
    for rule in (*retention.RULES, *schedule_of(service))
    if isinstance(rule, Rule)
]


@pytest.fixture(scope="module")
def postgresql(postgres_databases: Databases) -> str:
    return postgres_databases.fresh()


@pytest.mark.parametrize(
    ("service", "rule"), ALL_RULES, ids=lambda each: getattr(each, "what", each)
)
def test_an_index_finds_what_is_due(postgresql: str, service: str, rule: Rule) -> None:
    """On an empty table PostgreSQL would rather read it whole, unless it is told not to."""
    database = connected_database(postgresql, service)
    table = database.table(rule.table)
    due = select(*table.primary_key).where(rule.due(table, utc_now()))
    compiled = due.compile(database.writer, compile_kwargs={"render_postcompile": True})
    with database.writer.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        lines = [line for (line,) in plan]
    database.dispose()
    assert not any(f"Seq Scan on {rule.table}" in line for line in lines), lines
