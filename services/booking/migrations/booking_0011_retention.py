"""Indexes for retention; when a calendar feed was opened."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0011"
down_revision = "booking_0010"
branch_labels = None
depends_on = None

WITH_CONTENT = sa.text(
    "sealed_note IS NOT NULL OR meeting_link IS NOT NULL OR meeting_address IS NOT NULL "
    "OR note_read_at IS NOT NULL OR note_read_from IS NOT NULL"
)


def upgrade() -> None:
    op.create_index(
        "ix_consultations_with_content",
        "consultations",
        ["ends_at"],
        postgresql_where=WITH_CONTENT,
        sqlite_where=WITH_CONTENT,
    )
    op.create_index("ix_outcomes_said_at", "outcomes", ["said_at"])
    op.create_index("ix_holds_starts_at", "holds", ["starts_at"])
    op.add_column("calendar_feeds", sa.Column("opened_at", UtcDateTime()))
