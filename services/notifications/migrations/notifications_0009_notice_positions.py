"""Notices of an account are numbered in the order of their commits."""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0009"
down_revision = "notifications_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notices", sa.Column("position", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_index("ix_notices_account_id_position", "notices", ["account_id", "position"])
    op.create_table(
        "notice_counters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_notice_counters"),
    )
