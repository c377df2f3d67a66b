"""Append-only tables: database triggers refuse to change, delete or replace their rows.

    def upgrade() -> None:                                # a migration
        append_only.guard("mendings")                     # rows stay as they were written
        append_only.guard("history", erased_with="owner_id")   # deletable once the owner is erased
        append_only.guard("journal", rewritten="body")    # this column alone may be updated
        append_only.guard("audit", ageing=Ageing("at", deleted_after=729))  # deletable when old

PostgreSQL refuses UPDATE (also that of ON CONFLICT and MERGE), DELETE and TRUNCATE. SQLite refuses
UPDATE and DELETE, and an INSERT of a key that is there: its REPLACE removes the row in the way
without asking a DELETE trigger, unless the connection has set ``recursive_triggers``.

A row's age is measured by the database's own clock. Nothing here stops the owner of the database,
who can drop or disable triggers, drop tables, and edit files or ``PRAGMA writable_schema``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from alembic import op

ON_POSTGRESQL = """
CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{exception}
RAISE EXCEPTION '{table} is append-only';
END $$
"""
UNLESS = """
IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
IF {removable} THEN RETURN OLD; END IF;
END IF;
"""
ERASED = "EXISTS (SELECT 1 FROM forgotten WHERE forgotten.id = OLD.{owner})"
ACTIONS = ("insert", "update", "delete")


@dataclass(frozen=True)
class Ageing:
    """What retention may do to a row, by its age in days; ``column`` holds the row's time.

    ``deleted_after``: from then on the row may be deleted. ``emptied_after``: from then on these
    columns may be set to NULL, and to no other value. Both are a day less than the retention
    period, so that a service whose clock is ahead of the database's is not refused.
    """

    column: str
    deleted_after: int | None = None
    emptied_after: Mapping[str, int] = field(default_factory=dict)


def guard(
    table: str,
    erased_with: str | None = None,
    rewritten: str | None = None,
    ageing: Ageing | None = None,
) -> None:
    """Make a table append-only, in a migration.

    ``erased_with``: the column of the id whose erasure (``Transaction.mark_erased``) allows the row
    to be deleted; ``rewritten``: the one column that may change; ``ageing``: what may happen to old
    rows.
    """
    removable = _removable(erased_with, ageing)
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite(table, removable, _forbidden_changes(table, rewritten, ageing))
    else:
        _on_postgresql(table, removable, _forbidden_changes(table, rewritten, ageing))


def lift(table: str) -> None:
    """Drop a table's triggers, in a migration that then guards it again."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ACTIONS:
            op.execute(f"DROP TRIGGER {table}_refuses_{action}")
    else:
        op.execute(f"DROP FUNCTION {table}_is_append_only() CASCADE")


def _on_postgresql(table: str, removable: str, forbidden: str) -> None:
    exception = UNLESS.format(removable=removable) if removable else ""
    op.execute(ON_POSTGRESQL.format(table=table, exception=exception))
    whole = ["TRUNCATE"]
    if removable:
        _trigger_on_postgresql(table, "removal", "DELETE", "FOR EACH ROW")
    else:
        whole.append("DELETE")
    if forbidden:
        _trigger_on_postgresql(table, "change", "UPDATE", f"FOR EACH ROW WHEN ({forbidden})")
    else:
        whole.append("UPDATE")
    _trigger_on_postgresql(table, "all", " OR ".join(whole), "FOR EACH STATEMENT")


def _trigger_on_postgresql(table: str, name: str, events: str, how: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{name} BEFORE {events} ON {table} {how} "
        f"EXECUTE FUNCTION {table}_is_append_only()"
    )


def _on_sqlite(table: str, removable: str, forbidden: str) -> None:
    there = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in _keys(table)
    )
    conditions = {
        # NEW.rowid is -1 where the statement gives none
        "insert": f"EXISTS (SELECT 1 FROM {table} WHERE {there} "
        "OR (rowid = NEW.rowid AND NEW.rowid > 0))",
        # UPDATE OR REPLACE of a rowid removes the row in the way
        "update": f"{forbidden} OR NEW.rowid <> OLD.rowid" if forbidden else "1",
        "delete": f"NOT ({removable})" if removable else "1",
    }
    for action in ACTIONS:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{action} BEFORE {action.upper()} ON {table} "
            f"WHEN {conditions[action]} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _keys(table: str) -> list[list[str]]:
    """The columns of the primary key and of each unique constraint."""
    found = sa.inspect(op.get_bind())
    unique = [each["column_names"] for each in found.get_unique_constraints(table)]
    return [found.get_pk_constraint(table)["constrained_columns"], *unique]


def _removable(erased_with: str | None, ageing: Ageing | None) -> str:
    """The SQL condition under which a row may be deleted; empty: never."""
    conditions = []
    if erased_with:
        conditions.append(ERASED.format(owner=erased_with))
    if ageing and ageing.deleted_after:
        conditions.append(_older(ageing.column, ageing.deleted_after))
    return " OR ".join(conditions)


def _forbidden_changes(table: str, rewritten: str | None, ageing: Ageing | None) -> str:
    """The SQL condition under which an UPDATE is refused; empty: always."""
    emptied = ageing.emptied_after if ageing else {}
    if not rewritten and not emptied:
        return ""
    columns = [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)]
    changes = []
    for each in columns:
        changed = f'NEW."{each}" {_differs()} OLD."{each}"'
        if ageing and each in emptied:
            old = _older(ageing.column, emptied[each])
            changes.append(f'({changed} AND NOT (NEW."{each}" IS NULL AND {old}))')
        elif each != rewritten:
            changes.append(changed)
    return " OR ".join(changes)


def _differs() -> str:
    return "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"


def _older(column: str, days: int) -> str:
    if op.get_bind().dialect.name == "sqlite":
        return f"OLD.\"{column}\" < datetime('now', '-{days} days')"
    return f"OLD.\"{column}\" < now() - interval '{days} days'"
