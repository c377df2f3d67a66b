"""Consents: what was agreed to at sign-up. Sign-ups from before this migration have none."""

import sqlalchemy as sa
from alembic import op

from chassis.database import append_only
from chassis.database.tables import AnyJson, UtcDateTime

revision = "profiles_0016"
down_revision = "profiles_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("agreed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "version", name="pk_consents"),
    )
    append_only.guard("consents", erased_with="account_id")
    op.add_column(
        "sign_ups",
        sa.Column("agreed_to", AnyJson, nullable=False, server_default=sa.text("'{}'")),
    )
