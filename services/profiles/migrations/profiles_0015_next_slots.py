"""The next slots of a specialist, beside the first."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson

revision = "profiles_0015"
down_revision = "profiles_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "specialists",
        sa.Column("next_slots", AnyJson, nullable=False, server_default=sa.text("'[]'")),
    )
