"""Create the tombstones of erased ids."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "chassis_0003"
down_revision = "chassis_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten"),
    )
    op.create_index(
        "ix_forgotten_open",
        "forgotten",
        ["begun_at"],
        postgresql_where=sa.text("completed_at IS NULL"),
        sqlite_where=sa.text("completed_at IS NULL"),
    )
