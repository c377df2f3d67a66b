"""A hold says which consultation it makes good, where it does not come from the waitlist."""

import sqlalchemy as sa
from alembic import op

revision = "booking_0010"
down_revision = "booking_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holds", sa.Column("instead_of", sa.Uuid()))
