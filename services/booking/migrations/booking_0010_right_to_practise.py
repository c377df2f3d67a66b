"""The standing of specialists, and when consultations are cancelled without a decision."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0010"
down_revision = "booking_0009"
branch_labels = None
depends_on = None

UNDECIDED = sa.text("cancels_at IS NOT NULL")


def upgrade() -> None:
    standing = sa.Column("standing", sa.Text(), nullable=False, server_default="good")
    op.add_column("calendars", standing)
    version = sa.Column("standing_version", sa.Integer(), nullable=False, server_default="0")
    op.add_column("calendars", version)
    op.add_column("consultations", sa.Column("cancels_at", UtcDateTime()))
    op.create_index(
        "ix_consultations_undecided",
        "consultations",
        ["cancels_at"],
        postgresql_where=UNDECIDED,
        sqlite_where=UNDECIDED,
    )
