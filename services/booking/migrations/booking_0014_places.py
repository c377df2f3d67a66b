"""Where consultations take place, and in which zone their times are meant."""

import sqlalchemy as sa
from alembic import op

revision = "booking_0014"
down_revision = "booking_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    zone = sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC")
    op.add_column("consultations", zone)
    op.execute(
        "UPDATE consultations SET time_zone = calendars.time_zone FROM calendars "
        "WHERE calendars.specialist_id = consultations.specialist_id"
    )
