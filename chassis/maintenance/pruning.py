"""Pruning: what has been kept for as long as it may be leaves a service's tables.

    RULES = (
        Rule("notices", timedelta(days=180), due=since("created_at")),  # rows are deleted
        Rule("audit.network", timedelta(days=90), due=since("at", "network")),  # it is emptied
    )

    @every(hours=1)
    def prune(self) -> None:
        pruning.prune(self.store, RULES, utc_now())

A service's ``retention`` module says of all that it keeps how long it does (``Kept``), and which
clock ends it; ``docs/operating.md`` has the same as a table, with the reasons. The clock goes on
where a round before it ended: it looks for what is due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update

from chassis.database.database import Database
from chassis.scheduling.for_each import for_each

BATCH = 1000
"""Rows for each transaction: others have their turn in between."""
PRUNED_FOR_S = 10.0
"""Of one rule in one round. The next round goes on."""

Due = Callable[[Table, datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Kept:
    """How long something stays. ``what``: a table, or ``table.column`` where its row stays longer.

    ``period``: ``None`` where no time ends it. ``clock``: the method that ends it; empty where a
    person does, or erasure.
    """

    what: str
    period: timedelta | None = None
    clock: str = ""

    @property
    def table(self) -> str:
        return self.what.partition(".")[0]

    @property
    def column(self) -> str:
        return self.what.partition(".")[2]


@dataclass(frozen=True)
class Rule(Kept):
    """``due``: which rows have been kept since before a time. They are deleted; where ``what``
    names a column, that is emptied."""

    clock: str = "prune"
    due: Due = field(kw_only=True)


def since(column: str, filled: str = "") -> Due:
    """By the time in this column; of rows where ``filled`` is not empty, where it is named."""

    def due(table: Table, before: datetime) -> ColumnElement[bool]:
        older: ColumnElement[bool] = table.c[column] < before
        return older & table.c[filled].is_not(None) if filled else older

    return due


def prune(database: Database, rules: Collection[Rule], now: datetime) -> None:
    """Apply the rules one by one. One that fails is logged; the rest continue."""

    def apply(rule: Rule) -> None:
        _apply(database, rule, now)

    for_each(rules, apply, work=f"retention of {database.service}")


def _apply(database: Database, rule: Rule, now: datetime) -> None:
    """Batch by batch, for a while; the next round goes on."""
    end = monotonic() + PRUNED_FOR_S
    pruned = BATCH
    while pruned == BATCH and monotonic() < end:
        pruned = _batch(database, rule, now)


def _batch(database: Database, rule: Rule, now: datetime) -> int:
    """How many rows."""
    assert rule.period is not None
    table = database.table(rule.table)
    due = select(*table.primary_key).where(rule.due(table, now - rule.period)).limit(BATCH)
    these = tuple_(*table.primary_key).in_(due)
    statement = update(table).values({rule.column: None}) if rule.column else delete(table)
    with database.transaction() as tx:
        result: Any = tx.execute(statement.where(these))
        return int(result.rowcount)
