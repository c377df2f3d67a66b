"""Plans of all statements that a process sends to PostgreSQL, with the planner's own settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
TIMES_THE_RETURNED, MOST_BESIDE = 10, 100
"""Rows that a node may remove by its filter, and blocks that it may read: so many times the rows
that it returns, and so many more. Rows that an index alone tells apart show in the blocks only."""


@dataclass(frozen=True)
class Slow:
    """A node of a plan that reads more of a table the more rows that has."""

    service: str
    statement: str
    node: str
    table: str
    returned: float
    removed: float
    blocks: int
    condition: str

    def __str__(self) -> str:
        return (
            f"{self.service}: {self.node} of {self.table}: {self.returned:.0f} rows returned, "
            f"{self.removed:.0f} removed by {self.condition or 'no filter'}, "
            f"{self.blocks} blocks read, in\n{self.statement}"
        )


@dataclass
class Plans:
    """``growing``: the tables of each service that are looked at. ``slow``: what was found, the
    first of each statement and node. ``read``: the tables that were read or written."""

    growing: Mapping[str, Collection[str]]
    slow: dict[tuple[str, str, str], Slow] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)

    def add(self, service: str, statement: str, plan: dict[str, Any]) -> None:
        for node in _nodes(plan):
            table = node.get("Relation Name", "")
            if table not in self.growing.get(service, ()):
                continue
            self.read.setdefault(service, set()).add(table)
            if (found := _slow(service, statement, node)) is not None:
                self.slow.setdefault((service, statement, found.node), found)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.slow.values()))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _slow(service: str, statement: str, node: dict[str, Any]) -> Slow | None:
    """Figures are averages of a node's loops."""
    loops = node["Actual Loops"]
    returned, removed = (
        node.get(name, 0) * loops for name in ("Actual Rows", "Rows Removed by Filter")
    )
    blocks = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    most = TIMES_THE_RETURNED * returned + MOST_BESIDE
    is_scan, is_whole = (node["Node Type"].endswith(each) for each in ("Scan", "Seq Scan"))
    if not loops or not is_scan or not (is_whole or removed > most or blocks > most):
        return None
    return Slow(
        service=service,
        statement=statement,
        node=" by ".join(node[name] for name in ("Node Type", "Index Name") if name in node),
        table=node["Relation Name"],
        returned=returned,
        removed=removed,
        blocks=blocks,
        condition=node.get("Filter", ""),
    )


@contextmanager
def explained(growing: Mapping[str, Collection[str]]) -> Iterator[Plans]:
    """Explain every statement that this process sends inside the block, with its parameters, on
    its own connection just before it runs; what ``EXPLAIN`` changes is rolled back."""
    plans = Plans(growing)

    def explain(
        connection: Connection, cursor: Any, statement: str, given: Any, context: Any, many: bool
    ) -> None:
        service = str(connection.engine.url.database).rpartition("_")[2]
        if connection.dialect.name != "postgresql" or not statement.startswith(EXPLAINED):
            return
        plan = _plan(cursor.connection, statement, given[0] if isinstance(given, list) else given)
        if plan is not None:
            plans.add(service, statement, plan)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def _plan(connection: Any, statement: str, given: Any) -> dict[str, Any] | None:
    """``None`` where the statement fails, as it will when it runs."""
    try:
        with connection.transaction(force_rollback=True):
            return _explain(connection, statement, given)
    except psycopg.IntegrityError:
        return None


def _explain(connection: Any, statement: str, given: Any) -> dict[str, Any]:
    plan: dict[str, Any] = connection.execute(EXPLAIN + statement, given).fetchone()[0][0]["Plan"]
    return plan
