"""Sign-ups that wait to be confirmed, changes of address that wait, and links void by password."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "profiles_0007"
down_revision = "profiles_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ups"),
    )
    op.create_index("ix_sign_ups_email", "sign_ups", ["email"])
    op.create_index("ix_sign_ups_made_at", "sign_ups", ["made_at"])
    op.add_column(
        "accounts", sa.Column("password_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("accounts", sa.Column("pending_email", sa.Text()))
    op.add_column("accounts", sa.Column("pending_email_since", UtcDateTime()))
    op.create_index("ix_accounts_pending_email_since", "accounts", ["pending_email_since"])
    op.execute(  # they sign in once their address is confirmed
        "UPDATE sessions SET ended_at = last_used_at WHERE ended_at IS NULL"
        " AND account_id IN (SELECT id FROM accounts WHERE verified_at IS NULL)"
    )
