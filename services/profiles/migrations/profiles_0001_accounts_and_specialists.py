"""Accounts and specialists."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "profiles_0001"
down_revision = None
branch_labels = ("profiles",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("roles", AnyJson, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_table(
        "specialists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("biography", sa.Text(), nullable=False),
        sa.Column("languages", AnyJson, nullable=False),
        sa.Column("topics", AnyJson, nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("offers_free_consultations", sa.Boolean(), nullable=False),
        sa.Column("next_slot_at", UtcDateTime()),
        sa.Column("availability_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_specialists"),
    )
    op.create_index("ix_specialists_featured", "specialists", ["featured"])
