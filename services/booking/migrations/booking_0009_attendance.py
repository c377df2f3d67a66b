"""What a side said of a consultation can be put right once."""

import sqlalchemy as sa
from alembic import op

revision = "booking_0009"
down_revision = "booking_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "consultations",
        sa.Column("attendance_corrected", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
