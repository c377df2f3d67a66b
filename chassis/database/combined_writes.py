"""INSERTs and UPDATEs that a transaction sends together, at its end.

On PostgreSQL they are one statement, each but the last in a ``WITH`` clause: one round trip in
place of one for each. All of them see the same snapshot, so none may change a row that another one
writes. A violated constraint is raised as by the INSERT or UPDATE alone. SQLite has neither such a
clause nor round trips: there they run one after another.

Several rows go as one array for each column (``unnest``). The statement is then the same for any
number of rows, so that SQLAlchemy, psycopg and PostgreSQL prepare it once; one with a parameter for
each value is composed, parsed and planned again at each call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    CursorResult,
    Insert,
    Row,
    Table,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)

from chassis.database.upserts import insert_statement


@dataclass(frozen=True)
class Shape:
    """What a write's statement depends on. ``key``: the columns that find the row of an UPDATE.
    ``several``: the rows come as arrays."""

    table: Table
    columns: tuple[str, ...]
    several: bool = False
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
        return Shape(self.table, tuple(self.rows[0]), len(self.rows) > 1, self.key, self.returned)


def write_together(connection: Connection, writes: Sequence[Write]) -> list[Row[Any]]:
    """Make these writes; returns the rows that the last one returns."""
    if connection.dialect.name == "postgresql":
        return _made(connection, writes)
    for each in writes[:-1]:
        _made_alone(connection, each)
    return _made_alone(connection, writes[-1])


def _made(connection: Connection, writes: Sequence[Write]) -> list[Row[Any]]:
    given = {
        f"{column}_{number}": value
        for number, write in enumerate(writes)
        for column, value in _values(write.rows).items()
    }
    return _rows_of(connection.execute(_together(tuple(each.shape for each in writes)), given))


def _values(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The value of each column; of several rows, all of its values."""
    if len(rows) == 1:
        return rows[0]
    return {column: [each[column] for each in rows] for column in rows[0]}


def _made_alone(connection: Connection, write: Write) -> list[Row[Any]]:
    if write.key:
        return _made(connection, [write])
    statement = insert_statement(write.table, write.returned)
    rows: Any = write.rows[0] if len(write.rows) == 1 else write.rows
    return _rows_of(connection.execute(statement, rows))


def _rows_of(result: CursorResult[Any]) -> list[Row[Any]]:
    return list(result) if result.returns_rows else []


@cache
def _together(shapes: tuple[Shape, ...]) -> Any:
    *others, last = [_statement(number, shape) for number, shape in enumerate(shapes)]
    columns = [shapes[-1].table.c[each] for each in shapes[-1].returned]
    main = last.returning(*columns) if columns else last
    return main.add_cte(*(each.cte(f"write_{number}") for number, each in enumerate(others)))


def _statement(number: int, shape: Shape) -> Insert | Update:
    """The statement, its parameters numbered so that they differ from those of others."""
    bound = {each: _bound(shape, each, f"{each}_{number}") for each in shape.columns}
    if shape.key:
        found = [shape.table.c[each] == bound.pop(each) for each in shape.key]
        return update(shape.table).where(*found).values(bound)
    if not shape.several:
        return insert(shape.table).values(bound)
    rows = select(*(func.unnest(each) for each in bound.values()))
    return insert(shape.table).from_select(shape.columns, rows)


def _bound(shape: Shape, column: str, name: str) -> BindParameter[Any]:
    type_ = shape.table.c[column].type
    return bindparam(name, type_=ARRAY(type_) if shape.several else type_)
