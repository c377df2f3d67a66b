"""Sessions remember a second factor; revocations; refreshed tokens; wrong codes; suspension."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "profiles_0008"
down_revision = "profiles_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions that are open have shown no factor, as far as is known: administrators sign in
    anew."""
    op.add_column(
        "sessions",
        sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("refresh_tokens", sa.Column("answer", sa.Text()))
    answered = sa.text("answer IS NOT NULL")
    op.create_index(
        "ix_refresh_tokens_answered",
        "refresh_tokens",
        ["used_at"],
        postgresql_where=answered,
        sqlite_where=answered,
    )
    for name in ("wrong_codes", "familiar_wrong_codes"):
        op.add_column(
            "second_factors", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
        op.add_column("second_factors", sa.Column(f"{name}_at", UtcDateTime()))
    op.add_column("accounts", sa.Column("suspended_at", UtcDateTime()))
    op.add_column("accounts", sa.Column("tokens_void_until", UtcDateTime()))
    op.create_table(
        "revocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session_ids", AnyJson, nullable=False),
        sa.Column("before", UtcDateTime()),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revocations"),
    )
    op.create_index("ix_revocations_made_at", "revocations", ["made_at"])
    op.create_index("ix_audit_who", "audit", ["who"])
