"""When, and from which network, the last reading of a note was recorded."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0009"
down_revision = "booking_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consultations", sa.Column("note_read_at", UtcDateTime()))
    op.add_column("consultations", sa.Column("note_read_from", sa.Text()))
