"""Receipts of erasures."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "profiles_0004"
down_revision = "profiles_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("services", AnyJson, nullable=False),
        sa.Column("complete_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("account_id", name="uq_erasures_account_id"),
    )
    op.create_index(
        "ix_erasures_pending",
        "erasures",
        ["requested_at"],
        postgresql_where=sa.text("complete_at IS NULL"),
        sqlite_where=sa.text("complete_at IS NULL"),
    )
