"""What is old can be found and may go: audit, networks, licence numbers, entries of the feed."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.database import append_only
from chassis.database.append_only import Ageing
from chassis.database.tables import AnyJson

revision = "profiles_0011"
down_revision = "profiles_0010"
branch_labels = None
depends_on = None

NUMBERS = ("number_before", "number_after")


def upgrade() -> None:
    for table in ("audit", "specialist_history", "journal"):
        append_only.lift(table)
    for each in NUMBERS:
        op.add_column("specialist_history", sa.Column(each, sa.Text()))
        _index("specialist_history", each, f"ix_specialist_history_{each}")
    _move_numbers()
    op.create_index("ix_audit_at", "audit", ["at"])
    _index("audit", "network", "ix_audit_with_network")
    op.create_index("ix_exposures_day", "exposures", ["day"])
    append_only.guard(
        "audit", ageing=Ageing("at", deleted_after=729, emptied_after={"network": 89})
    )
    append_only.guard(
        "specialist_history",
        erased_with="specialist_id",
        ageing=Ageing("at", emptied_after=dict.fromkeys(NUMBERS, 364)),
    )
    append_only.guard("journal", rewritten="body", ageing=Ageing("time", deleted_after=364))


def _index(table: str, column: str, name: str) -> None:
    filled = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, ["at"], postgresql_where=filled, sqlite_where=filled)


def _move_numbers() -> None:
    """Out of the changes, where they could not be taken from."""
    history = sa.table(
        "specialist_history",
        sa.column("id", sa.Uuid()),
        sa.column("changes", AnyJson),
        *(sa.column(each, sa.Text()) for each in NUMBERS),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(history.c.id, history.c.changes)).all():
        changes, numbers = _without_numbers(row.changes)
        if any(numbers.values()):
            this = sa.update(history).where(history.c.id == row.id)
            connection.execute(this.values(changes=changes, **numbers))


def _without_numbers(changes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    left, numbers = json.loads(json.dumps(changes)), {}
    for side in ("before", "after"):
        number = left.get("licence.number")
        in_force = (left.get("licence.in_force") or {}).get(side)
        found = None
        if number:
            found, number[side] = number[side], None
        if in_force:
            found = in_force.pop("number")
        numbers[f"number_{side}"] = found
    return left, numbers
