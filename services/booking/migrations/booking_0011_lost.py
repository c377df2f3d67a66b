"""Each consultation that a specialist let fall through is made good once."""

import sqlalchemy as sa
from alembic import op

from chassis.tables import AnyJson, UtcDateTime

revision = "booking_0011"
down_revision = "booking_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_consultations",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("languages", AnyJson, nullable=False),
        sa.Column("topics", AnyJson, nullable=False),
        sa.Column("rescued_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("consultation_id", name="pk_lost_consultations"),
    )
