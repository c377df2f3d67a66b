"""Append-only tables: the database itself refuses to change, remove or replace their rows.

    def upgrade() -> None:                                # a migration
        append_only.guard("audit")                        # rows stay as they were written
        append_only.guard("history", erased_with="owner_id")   # they go when their owner is erased
        append_only.guard("journal", rewritten="body")    # this column alone may be rewritten

PostgreSQL refuses UPDATE (also that of ON CONFLICT and MERGE), DELETE and TRUNCATE. SQLite refuses
UPDATE and DELETE, and an INSERT of a key that is there: its REPLACE removes the row in the way
without asking a DELETE trigger, unless the connection has set ``recursive_triggers``.

Nothing here stops the owner of the database: triggers can be dropped or disabled, tables dropped,
files and ``PRAGMA writable_schema`` edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ON_POSTGRESQL = """
CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{exception}
RAISE EXCEPTION '{table} is append-only';
END $$
"""
UNLESS_ERASED = """
IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
IF EXISTS (SELECT 1 FROM forgotten WHERE forgotten.id = OLD.{owner}) THEN RETURN OLD; END IF;
END IF;
"""
ERASED = "EXISTS (SELECT 1 FROM forgotten WHERE forgotten.id = OLD.{owner})"


def guard(table: str, erased_with: str | None = None, rewritten: str | None = None) -> None:
    """Guard a table, in a migration.

    ``erased_with``: the column of the id whose erasure (``Transaction.forget``) lets a row go;
    ``rewritten``: the one column that may change.
    """
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite(table, erased_with, rewritten)
    else:
        _on_postgresql(table, erased_with, rewritten)


def _on_postgresql(table: str, erased_with: str | None, rewritten: str | None) -> None:
    exception = UNLESS_ERASED.format(owner=erased_with) if erased_with else ""
    op.execute(ON_POSTGRESQL.format(table=table, exception=exception))
    changed = _changed(table, rewritten, "IS DISTINCT FROM") if rewritten else ""
    whole = ["TRUNCATE"]
    if erased_with:
        _trigger_on_postgresql(table, "removal", "DELETE", "FOR EACH ROW")
    else:
        whole.append("DELETE")
    if changed:
        _trigger_on_postgresql(table, "change", "UPDATE", f"FOR EACH ROW WHEN ({changed})")
    else:
        whole.append("UPDATE")
    _trigger_on_postgresql(table, "all", " OR ".join(whole), "FOR EACH STATEMENT")


def _trigger_on_postgresql(table: str, name: str, events: str, how: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{name} BEFORE {events} ON {table} {how} "
        f"EXECUTE FUNCTION {table}_is_append_only()"
    )


def _on_sqlite(table: str, erased_with: str | None, rewritten: str | None) -> None:
    there = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in _keys(table)
    )
    conditions = {
        # NEW.rowid is -1 where the statement gives none
        "INSERT": f"EXISTS (SELECT 1 FROM {table} WHERE {there} "
        "OR (rowid = NEW.rowid AND NEW.rowid > 0))",
        "UPDATE": _changed(table, rewritten, "IS NOT") if rewritten else "1",
        "DELETE": f"NOT {ERASED.format(owner=erased_with)}" if erased_with else "1",
    }
    for action, condition in conditions.items():
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _keys(table: str) -> list[list[str]]:
    """The columns of the primary key and of each constraint that says they are unique."""
    found = sa.inspect(op.get_bind())
    unique = [each["column_names"] for each in found.get_unique_constraints(table)]
    return [found.get_pk_constraint(table)["constrained_columns"], *unique]


def _changed(table: str, rewritten: str, differs: str) -> str:
    columns = [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)]
    fixed = [each for each in columns if each != rewritten]
    return " OR ".join(f'NEW."{each}" {differs} OLD."{each}"' for each in fixed)
