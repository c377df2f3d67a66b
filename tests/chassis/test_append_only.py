"""Tables that are only ever added to: on each database, nothing that SQL can say rewrites a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Column, Table, delete, insert, inspect, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from chassis.database.tables import UtcDateTime
from chassis.ids import new_id
from chassis.store import Store
from chassis.times import utc_now
from firststep.platform import SERVICES
from tests.support.databases import connected_database

GUARDED = [
    *((service, "mendings") for service in SERVICES),
    ("profiles", "audit"),
    ("profiles", "specialist_history"),
    ("profiles", "journal"),
]
"""Each table that promises it."""


@pytest.fixture
def stores(database: str) -> Iterator[Callable[[str], Any]]:
    opened: list[Any] = []

    def store(service: str) -> Any:
        opened.append(connected_database(database, service))
        return opened[-1]

    yield store
    for each in opened:
        each.dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest, kind: str) -> str:
    """Migrated as operators migrate."""
    databases = request.getfixturevalue(f"{kind}_databases")
    url: str = databases.fresh()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def a_value(column: Column[Any]) -> Any:
    if isinstance(column.type, JSON):
        return {}
    kinds: dict[type, Any] = {
        UUID: new_id(),
        str: uuid4().hex[:16],
        bytes: b"as it was",
        int: 7,
    }
    return utc_now() if isinstance(column.type, UtcDateTime) else kinds[column.type.python_type]


def a_row(table: Table) -> dict[str, Any]:
    return {column.name: a_value(column) for column in table.columns}


def added(store: Store, table: Table) -> dict[str, Any]:
    row = a_row(table)
    with store.transaction() as tx:
        tx.execute(insert(table).values(**row))
    return row


def content(store: Store, table: Table) -> list[Any]:
    with store.reading() as session:
        return [tuple(row) for row in session.execute(select(table))]


def keys_of(store: Store, table: Table) -> list[str]:
    """The columns that are unique, each by itself."""
    with store.writer.connect() as connection:
        found = inspect(connection)
        unique = [each["column_names"] for each in found.get_unique_constraints(table.name)]
        return [found.get_pk_constraint(table.name)["constrained_columns"][0]] + [
            str(column) for [column] in unique
        ]


def rewrites(store: Store, table: Table, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """All ways that we know of to put something else in a row's place."""
    other = a_row(table)
    if "seq" in other:
        other["seq"] = 8
    some = next(name for name in ("handler", "what", "specialist_id", "type") if name in row)
    yield "update", update(table).values(**{some: other[some]})
    yield "delete", delete(table)
    if store.writer.dialect.name == "postgresql":
        yield "truncate", text(f"TRUNCATE {table.name}")
        yield "truncate with others", text(f"TRUNCATE {table.name} CASCADE")
    for key in keys_of(store, table):
        clash = {**other, key: row[key]}
        if store.writer.dialect.name == "postgresql":
            on = postgresql.insert(table).values(**clash)
            yield f"upsert {key}", on.on_conflict_do_update(index_elements=[key], set_=clash)
            continue
        for conflict in ("OR REPLACE", "OR IGNORE", "OR FAIL", "OR ROLLBACK"):
            replace = insert(table).prefix_with(conflict, dialect="sqlite")
            yield f"insert {conflict} {key}", replace.values(**clash)
        on_sqlite = sqlite.insert(table).values(**clash)
        yield (
            f"upsert {key}",
            on_sqlite.on_conflict_do_update(index_elements=[key], set_=clash),
        )
        yield (
            f"update or replace {key}",
            (update(table).prefix_with("OR REPLACE", dialect="sqlite").values(**{key: other[key]})),
        )
    if store.writer.dialect.name == "sqlite":
        names = ", ".join(["rowid", *(f'"{each}"' for each in row if each != "seq")])
        fresh = names.replace('"id"', "'another'").replace('"event_id"', "'another'")
        yield (
            "replace a rowid",
            text(f"REPLACE INTO {table.name} ({names}) SELECT {fresh} FROM {table.name}"),
        )
        yield "another rowid", text(f"UPDATE {table.name} SET rowid = rowid + 1000")


@pytest.mark.parametrize(("service", "name"), GUARDED)
def test_nothing_rewrites_or_removes_a_row(
    stores: Callable[[str], Any], service: str, name: str
) -> None:
    store = stores(service)
    table = store.table(name)
    row = added(store, table)
    before = content(store, table)
    tried = []
    for what, statement in rewrites(store, table, row):
        with pytest.raises(DBAPIError, match="append-only"), store.writer.begin() as connection:
            connection.execute(statement)
        assert content(store, table) == before, what
        tried.append(what)
    assert len(tried) >= 4

    more = {**a_row(table), **({"seq": 9} if "seq" in row else {})}
    with store.transaction() as tx:
        tx.execute(insert(table).values(**more))
    assert len(content(store, table)) == 2


def test_history_goes_with_the_person_whose_it_is_and_with_nobody_else(
    stores: Callable[[str], Any],
) -> None:
    store = stores("profiles")
    table = store.table("specialist_history")
    gone, stays = added(store, table), added(store, table)
    with store.transaction() as tx:
        tx.mark_erased(gone["specialist_id"])
        tx.execute(delete(table).where(table.c.specialist_id == gone["specialist_id"]))
    [row] = content(store, table)
    assert stays["id"] in row
    with pytest.raises(DBAPIError, match="append-only"), store.transaction() as tx:
        tx.execute(delete(table))
    assert len(content(store, table)) == 1


def test_an_entry_of_the_journal_gets_other_words_and_nothing_else(
    stores: Callable[[str], Any],
) -> None:
    store = stores("profiles")
    table = store.table("journal")
    row = added(store, table)
    with store.transaction() as tx:
        tx.execute(update(table).values(body=b"without a name"))
    for change in ({"body": b"x", "seq": 99}, {"body": b"x", "event_id": new_id()}):
        with pytest.raises(DBAPIError, match="append-only"), store.transaction() as tx:
            tx.execute(update(table).values(**change))
    [now] = content(store, table)
    assert now == tuple({**row, "body": b"without a name"}.values())


@pytest.fixture
def two_old_entries(stores: Callable[[str], Any]) -> tuple[Any, Table]:
    """Of the audit, old enough to lose their network and young enough to stay."""
    store = stores("profiles")
    table = store.table("audit")
    with store.transaction() as tx:
        for _ in range(2):
            long_ago = utc_now() - timedelta(days=300)
            tx.execute(insert(table).values(**a_row(table) | {"at": long_ago}))
    return store, table


def test_an_old_entry_is_emptied_where_it_may_be_and_otherwise_stays(
    two_old_entries: tuple[Any, Table],
) -> None:
    store, table = two_old_entries
    with store.transaction() as tx:
        tx.execute(update(table).values(network=None))
    before = content(store, table)
    assert [row.network for row in everything(store, table)] == [None, None]
    refused: list[Any] = [
        delete(table),
        update(table).values(network="192.0.2.0/24"),
        update(table).values(at=utc_now() - timedelta(days=9999)),
    ]
    if store.writer.dialect.name == "sqlite":
        # it would remove the row in the way without asking the DELETE trigger
        refused.append(text("UPDATE OR REPLACE audit SET rowid = 2 WHERE rowid = 1"))
        refused.append(text("UPDATE OR REPLACE audit SET rowid = 2, network = NULL"))
    for statement in refused:
        with pytest.raises(DBAPIError, match="append-only"), store.writer.begin() as connection:
            connection.execute(statement)
        assert content(store, table) == before


def test_an_entry_goes_when_it_is_old_enough_and_none_goes_with_it(
    two_old_entries: tuple[Any, Table],
) -> None:
    store, table = two_old_entries
    with store.transaction() as tx:
        oldest = a_row(table) | {"at": utc_now() - timedelta(days=730)}
        tx.execute(insert(table).values(**oldest))
    with pytest.raises(DBAPIError, match="append-only"), store.transaction() as tx:
        tx.execute(delete(table))
    assert len(content(store, table)) == 3
    with store.transaction() as tx:
        tx.execute(delete(table).where(table.c.id == oldest["id"]))
    assert len(content(store, table)) == 2


def everything(store: Store, table: Table) -> list[Any]:
    with store.reading() as session:
        return list(session.execute(select(table)))
