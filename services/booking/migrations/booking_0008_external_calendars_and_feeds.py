"""Revisions of calendars; external calendars with their busy times; private calendar feeds."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0008"
down_revision = "booking_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("calendars", number)
    op.create_table(
        "calendar_feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text()),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_calendar_feeds"),
    )
    op.create_index("uq_calendar_feeds_digest", "calendar_feeds", ["digest"], unique=True)
    op.create_table(
        "outside_calendars",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("read_at", UtcDateTime()),
        sa.Column("read_whole_at", UtcDateTime()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", name="pk_outside_calendars"),
    )
    op.create_index("ix_outside_calendars_due_at", "outside_calendars", ["due_at"])
    op.create_table(
        "busy_times",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", "starts_at", name="pk_busy_times"),
    )
