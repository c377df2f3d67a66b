"""Preferences of accounts, and what a sign-up says of them."""

import sqlalchemy as sa
from alembic import op

revision = "profiles_0012"
down_revision = "profiles_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_preferences"),
    )
    op.execute(
        "INSERT INTO preferences (account_id, language, discreet)"
        " SELECT id, 'en', false FROM accounts"
    )
    op.add_column("sign_ups", sa.Column("time_zone", sa.Text()))
    op.add_column("sign_ups", sa.Column("language", sa.Text(), nullable=False, server_default="en"))
    op.add_column("sign_ups", sa.Column("country", sa.Text()))
