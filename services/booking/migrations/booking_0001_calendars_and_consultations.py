"""Calendars and consultations."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "booking_0001"
down_revision = None
branch_labels = ("booking",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listing_version", sa.Integer(), nullable=False),
        sa.Column("offers_free_consultations", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", AnyJson, nullable=False),
        sa.Column("minimum_notice_hours", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("next_slot_at", UtcDateTime()),
        sa.Column("review_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("specialist_id", name="pk_calendars"),
    )
    op.create_index("ix_calendars_review_at", "calendars", ["review_at"])
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consultations"),
    )
    op.create_index("ix_consultations_client_id", "consultations", ["client_id"])
    op.create_index("ix_consultations_specialist_id", "consultations", ["specialist_id"])
    op.create_index(
        "uq_consultations_pair",
        "consultations",
        ["client_id", "specialist_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('booked', 'completed')"),
        sqlite_where=sa.text("status IN ('booked', 'completed')"),
    )
    op.create_index(
        "uq_consultations_slot",
        "consultations",
        ["specialist_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("status = 'booked'"),
        sqlite_where=sa.text("status = 'booked'"),
    )
