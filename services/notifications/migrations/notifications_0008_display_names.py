"""Recipients may come to be called otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0008"
down_revision = "notifications_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    version = sa.Column("display_name_version", sa.Integer(), nullable=False, server_default="0")
    op.add_column("recipients", version)
