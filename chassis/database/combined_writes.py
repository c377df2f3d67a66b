"""INSERTs and UPDATEs that a transaction sends together, at its end.

On PostgreSQL they are one statement, each but the last in a ``WITH`` clause: one round trip in
place of one for each. All of them see the same snapshot, so none may change a row that another one
writes. A violated constraint is raised as by the INSERT or UPDATE alone. SQLite has neither such a
clause nor round trips: there they run one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    CursorResult,
    Insert,
    Row,
    Table,
    Update,
    bindparam,
    insert,
    select,
    union_all,
    update,
)

from chassis.database.upserts import insert_statement

MOST_ROWS = 6
"""In one statement: there is one for each number of rows, and many rows are sent faster apart."""


@dataclass(frozen=True)
class Shape:
    """What a write's statement depends on. ``key``: the columns that find the row of an UPDATE."""

    table: Table
    columns: tuple[str, ...]
    rows: int = 1
    key: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Write:
    """An INSERT of rows, or an UPDATE of one row, which is found by its ``key``.

    ``returned``: names of columns; only of the last write.
    """

    table: Table
    rows: Sequence[Mapping[str, Any]]
    key: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        return Shape(self.table, tuple(self.rows[0]), len(self.rows), self.key, self.returned)


def write_together(connection: Connection, writes: Sequence[Write]) -> list[Row[Any]]:
    """Make these writes; returns the rows that the last one returns."""
    rows = sum(len(each.rows) for each in writes)
    if connection.dialect.name == "postgresql" and rows <= MOST_ROWS:
        return _made(connection, writes)
    for each in writes[:-1]:
        _made_alone(connection, each)
    return _made_alone(connection, writes[-1])


def _made(connection: Connection, writes: Sequence[Write]) -> list[Row[Any]]:
    given = {
        _parameter(number, row, column): value
        for number, write in enumerate(writes)
        for row, values in enumerate(write.rows)
        for column, value in values.items()
    }
    return _rows_of(connection.execute(_together(tuple(each.shape for each in writes)), given))


def _made_alone(connection: Connection, write: Write) -> list[Row[Any]]:
    if write.key:
        return _made(connection, [write])
    statement = insert_statement(write.table, write.returned)
    rows: Any = write.rows[0] if len(write.rows) == 1 else write.rows
    return _rows_of(connection.execute(statement, rows))


def _rows_of(result: CursorResult[Any]) -> list[Row[Any]]:
    return list(result) if result.returns_rows else []


def _parameter(number: int, row: int, column: str) -> str:
    return f"{column}_{number}_{row}"


@cache
def _together(shapes: tuple[Shape, ...]) -> Any:
    *others, last = [_statement(number, shape) for number, shape in enumerate(shapes)]
    columns = [shapes[-1].table.c[each] for each in shapes[-1].returned]
    main = last.returning(*columns) if columns else last
    return main.add_cte(*(each.cte(f"write_{number}") for number, each in enumerate(others)))


def _statement(number: int, shape: Shape) -> Insert | Update:
    """The statement, its parameters numbered so that they differ from those of others."""
    rows = [
        {each: _bound(shape.table, each, _parameter(number, row, each)) for each in shape.columns}
        for row in range(shape.rows)
    ]
    if shape.key:
        found = [shape.table.c[each] == rows[0].pop(each) for each in shape.key]
        return update(shape.table).where(*found).values(rows[0])
    if len(rows) == 1:
        return insert(shape.table).values(rows[0])
    selected = union_all(*(select(*each.values()) for each in rows))
    return insert(shape.table).from_select(shape.columns, selected)


def _bound(table: Table, column: str, name: str) -> BindParameter[Any]:
    return bindparam(name, type_=table.c[column].type)
