"""Consultations can be cancelled: when, by whom and why."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0002"
down_revision = "booking_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consultations", sa.Column("cancelled_at", UtcDateTime()))
    op.add_column("consultations", sa.Column("cancelled_by", sa.Text()))
    op.add_column("consultations", sa.Column("cancellation_reason", sa.Text()))
