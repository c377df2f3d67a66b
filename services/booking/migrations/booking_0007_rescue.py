"""Rescue: facts about specialists, and lost consultations."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "booking_0007"
down_revision = "booking_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "specialist_facts",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("languages", AnyJson, nullable=False),
        sa.Column("topics", AnyJson, nullable=False),
        sa.Column("featuring_version", sa.Integer(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", name="pk_specialist_facts"),
    )
    op.create_table(
        "lost_consultations",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("languages", AnyJson, nullable=False),
        sa.Column("topics", AnyJson, nullable=False),
        sa.Column("rescued_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("consultation_id", name="pk_lost_consultations"),
    )
