"""Indexes that serve a query's whole condition: of holds, calendars to review, and notes."""

import sqlalchemy as sa
from alembic import op

revision = "booking_0018"
down_revision = "booking_0017"
branch_labels = None
depends_on = None

WITH_NOTE = sa.text("sealed_note IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_holds_of_specialist", "holds", ["specialist_id", "ended", "until"])
    op.create_index(
        "ix_holds_standing",
        "holds",
        ["until"],
        postgresql_where=sa.text("ended IS FALSE"),
        sqlite_where=sa.text("ended IS 0"),
    )
    for column in ("specialist_id", "until"):
        op.drop_index(f"ix_holds_{column}", "holds")
    op.create_index(
        "ix_calendars_to_review",
        "calendars",
        ["review_at"],
        postgresql_where=sa.text("offers_free_consultations IS TRUE"),
        sqlite_where=sa.text("offers_free_consultations IS 1"),
    )
    op.drop_index("ix_calendars_review_at", "calendars")
    op.create_index(
        "ix_consultations_with_note",
        "consultations",
        ["id"],
        postgresql_where=WITH_NOTE,
        sqlite_where=WITH_NOTE,
    )
