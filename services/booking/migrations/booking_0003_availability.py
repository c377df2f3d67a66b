"""Availability: date overrides, stays in other zones, the grid, buffers and limits."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson

revision = "booking_0003"
down_revision = "booking_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def add(name: str, kind: Any, default: str) -> None:
        column = sa.Column(name, kind, nullable=False, server_default=sa.text(default))
        op.add_column("calendars", column)

    add("overrides", AnyJson, "'[]'")
    add("stays", AnyJson, "'[]'")
    add("grid_minutes", sa.Integer(), "30")
    add("buffer_before_minutes", sa.Integer(), "0")
    add("buffer_after_minutes", sa.Integer(), "0")
    add("paced", sa.Boolean(), "true")
    add("paused", sa.Boolean(), "false")
    for name in ("most_per_day", "most_per_week", "monthly_budget"):
        op.add_column("calendars", sa.Column(name, sa.Integer()))
