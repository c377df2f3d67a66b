"""SQL functions that differ between PostgreSQL and SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from chassis.database.tables import UtcDateTime


class half_an_hour_after(GenericFunction[Any]):  # noqa: N801  # as functions are called in SQL
    """The end of a slot that starts at the argument."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(half_an_hour_after, "postgresql")
def _in_postgresql(element: half_an_hour_after, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + interval '30 minutes')"


@compiles(half_an_hour_after, "sqlite")
def _in_sqlite(element: half_an_hour_after, compiler: SQLCompiler, **options: Any) -> str:
    """In SQLite times are text, with the fraction of a second at the end."""
    time = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%S', {time}, '+30 minutes') || substr({time}, 20))"
