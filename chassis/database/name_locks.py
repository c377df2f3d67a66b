"""Advisory locks on names, for rules over several rows.

    NAME_LOCK = name_lock(bindparam("name"))
    select(Calendar).join(NAME_LOCK, true()).where(...).with_for_update(of=Calendar)

locks the name, then the rows: PostgreSQL calls the function, which is volatile, before it joins,
and locks rows last of all. The statement's snapshot is older than the lock. Rows that it locks are
read again, as others left them; what else it reads may be out of date. On SQLite, which has one
writer, a name lock does nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, BindParameter, Integer, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _NameLock(FunctionElement[Any]):
    inherit_cache = True
    type = Integer()


@compiles(_NameLock, "postgresql")
def _on_postgres(element: _NameLock, compiler: Any, **given: Any) -> str:
    name = compiler.process(element.clauses, **given)
    return f"pg_advisory_xact_lock(hashtextextended({name}, 0))"


@compiles(_NameLock, "sqlite")
def _on_sqlite(element: _NameLock, compiler: Any, **given: Any) -> str:
    return f"length({compiler.process(element.clauses, **given)})"


LOCK_NAME = select(_NameLock(bindparam("name")))


def name_lock(name: BindParameter[str]) -> CTE:
    """A table of one row, which takes the lock until the end of the transaction."""
    return select(_NameLock(name).label("taken")).cte("name_lock")
