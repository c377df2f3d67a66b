"""Pruning: deletes rows, or empties columns, whose retention period is over.

    RULES = (
        Rule("notices", timedelta(days=180), due=since("created_at")),  # deletes rows
        Rule("audit.network", timedelta(days=90), due=since("at", "network")),  # empties a column
    )

    @every(hours=1)
    def prune(self) -> None:
        pruning.prune(self.store, RULES, utc_now())

Each service's ``retention`` module lists every table in a ``SCHEDULE`` of ``Retained`` entries;
``docs/operating.md`` has the same as a table, with the reasons. A run that hits its time limit
stops; the next one continues, since it looks for what is due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update

from chassis.database.database import Database
from chassis.ids import first_at
from chassis.scheduling.for_each import for_each

BATCH = 1000
"""Rows for each transaction: other transactions run in between."""
PRUNED_FOR_S = 10.0
"""The time limit of one rule in one run; the next run continues."""

Due = Callable[[Table, datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Retained:
    """The retention period of a table, or of one ``table.column`` whose row stays longer.

    ``period``: ``None`` where no time ends it. ``ended_by``: the ``@every`` method that deletes it;
    empty where an operator or an erasure does.
    """

    what: str
    period: timedelta | None = None
    ended_by: str = ""

    @property
    def table(self) -> str:
        return self.what.partition(".")[0]

    @property
    def column(self) -> str:
        return self.what.partition(".")[2]


@dataclass(frozen=True)
class Rule(Retained):
    """A retention period that ``prune`` ends: it deletes due rows, or empties ``what``'s column.

    ``due``: the condition for rows whose period began before a given time.
    """

    ended_by: str = "prune"
    due: Due = field(kw_only=True)


def since(column: str, filled: str = "") -> Due:
    """Due by the time in ``column``, and only while ``filled`` (a column) is not empty."""

    def due(table: Table, before: datetime) -> ColumnElement[bool]:
        older: ColumnElement[bool] = table.c[column] < before
        return older & table.c[filled].is_not(None) if filled else older

    return due


def made_before(column: str) -> Due:
    """Due by the time that the ids in ``column`` say: their index serves it."""

    def due(table: Table, before: datetime) -> ColumnElement[bool]:
        older: ColumnElement[bool] = table.c[column] < first_at(before)
        return older

    return due


def prune(database: Database, rules: Collection[Rule], now: datetime) -> None:
    """Apply the rules one by one. A failing one is logged; the rest continue."""

    def apply(rule: Rule) -> None:
        _apply(database, rule, now)

    for_each(rules, apply, work=f"retention of {database.service}")


def _apply(database: Database, rule: Rule, now: datetime) -> None:
    """Apply one rule batch by batch, up to its time limit."""
    end = monotonic() + PRUNED_FOR_S
    pruned = BATCH
    while pruned == BATCH and monotonic() < end:
        pruned = _batch(database, rule, now)


def _batch(database: Database, rule: Rule, now: datetime) -> int:
    """Delete or empty one batch; how many rows it had."""
    assert rule.period is not None
    table = database.table(rule.table)
    key, due = tuple_(*table.primary_key), rule.due(table, now - rule.period)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(select(*key).where(due).limit(BATCH))]
    if not found:
        return 0
    statement = update(table).values({rule.column: None}) if rule.column else delete(table)
    with database.transaction() as tx:
        # due still: a row may have changed since
        tx.execute(statement.where(key.in_(found), due))
    return len(found)
