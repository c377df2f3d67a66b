"""Upserts: insert, insert if absent, add counts, count up; statements are cached for each table.

Composing a statement costs as much as running it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Insert, Row, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert


@cache
def insert_statement(table: Table, returned: tuple[str, ...] = ()) -> Insert:
    """The INSERT into a table; the rows given to it name the columns."""
    statement = insert(table)
    return statement.returning(*(table.c[each] for each in returned)) if returned else statement


def insert_if_absent(session: Session, table: Table, **values: Any) -> bool:
    """Insert the row unless its key is there already; whether it was inserted.

    psycopg reports no row count for this statement, so it returns the key instead. A concurrent
    insert of the same key waits until the other transaction has ended.
    """
    return insert_if_absent_on(session.connection(), table, **values)


def insert_if_absent_on(connection: Connection, table: Table, **values: Any) -> bool:
    """``insert_if_absent`` without a session."""
    statement = _insert_if_absent_statement(table, connection.dialect.name)
    return connection.execute(statement, values).first() is not None


def insert_those_absent(
    session: Session, table: Table, rows: Sequence[dict[str, Any]]
) -> list[Row[Any]]:
    """``insert_if_absent`` for several rows; the keys of those that were inserted."""
    statement = _insert_if_absent_statement(table, session.get_bind().dialect.name)
    return list(session.connection().execute(statement, rows))


@cache
def _insert_if_absent_statement(table: Table, dialect: str) -> ReturningInsert[Any]:
    """INSERT ... ON CONFLICT DO NOTHING, in each database's dialect."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing().returning(*table.primary_key.columns)


def add_counts(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert counts; where a row's key is there already, add them to its counts."""
    if rows:
        session.execute(_add_counts_statement(table, session.get_bind().dialect.name), rows)


@cache
def _add_counts_statement(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = make(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={each.name: each + new.excluded[each.name] for each in _counts_in(table)},
    )


def _counts_in(table: Table) -> list[Column[Any]]:
    return [each for each in table.columns if not each.primary_key]


def count_up(session: Session, table: Table, by: Mapping[UUID, int]) -> dict[UUID, int]:
    """Add to the table's only count, from 0 where there is no row; the new counts, by key.

    The rows are locked in the order of their keys and stay locked until the end of the transaction,
    so that counts come in the order of commits, and none is left out.
    """
    [key], [count] = table.primary_key.columns, _counts_in(table)
    statement = _count_up_statement(table, session.get_bind().dialect.name)
    rows = [{key.name: each, count.name: by[each]} for each in sorted(by)]
    return {row[0]: row[1] for row in session.connection().execute(statement, rows)}


@cache
def _count_up_statement(table: Table, dialect: str) -> ReturningInsert[Any]:
    [key], [count] = table.primary_key.columns, _counts_in(table)
    return _add_counts_statement(table, dialect).returning(key, count)


def store_newer(
    session: Session, table: Table, rows: Sequence[dict[str, Any]]
) -> set[tuple[Any, ...]]:
    """Insert these rows, or update those whose ``version`` is older; the keys of the newer ones.

    No two of the rows may have the same key. They are locked in the order of their keys.
    """
    keys = [each.name for each in table.primary_key.columns]
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    statement = _store_newer_statement(table, session.get_bind().dialect.name)
    return {tuple(row) for row in session.connection().execute(statement, ordered)}


@cache
def _store_newer_statement(table: Table, dialect: str) -> ReturningInsert[Any]:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = make(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={"version": new.excluded["version"]},
        where=table.c.version < new.excluded["version"],
    ).returning(*table.primary_key.columns)
