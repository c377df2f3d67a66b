"""Create the record of replayed and discarded dead letters."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "chassis_0002"
down_revision = "chassis_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mendings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handler", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mendings"),
    )
