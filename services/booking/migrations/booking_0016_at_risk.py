"""When doubt about a specialist's right to practise began, and an index of such specialists."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0016"
down_revision = "booking_0015"
branch_labels = None
depends_on = None

IN_DOUBT = sa.text("standing IN ('renewal_waiting', 'licence_expired')")


def upgrade() -> None:
    op.add_column("calendars", sa.Column("standing_since", UtcDateTime()))
    op.create_index(
        "ix_calendars_in_doubt",
        "calendars",
        ["specialist_id"],
        postgresql_where=IN_DOUBT,
        sqlite_where=IN_DOUBT,
    )
