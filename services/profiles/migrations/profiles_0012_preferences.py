"""Preferences of accounts, chosen at sign-up; profiles of specialists lose their zone."""

import sqlalchemy as sa
from alembic import op

from chassis.database import append_only
from chassis.database.append_only import Ageing

revision = "profiles_0012"
down_revision = "profiles_0011"
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
    op.add_column(
        "sign_ups", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _drop_zone_of_profiles()


def _drop_zone_of_profiles() -> None:
    """SQLite drops no column while a trigger names a table that is not there yet, and on a new
    database ``forgotten`` comes later: the history's guard makes way meanwhile."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        append_only.lift("specialist_history")
    op.drop_column("specialists", "time_zone")
    if is_sqlite:
        numbers = dict.fromkeys(("number_before", "number_after"), 364)
        append_only.guard(
            "specialist_history",
            erased_with="specialist_id",
            ageing=Ageing("at", emptied_after=numbers),
        )
