"""What people are told is written for its reader, and notices are marked as read."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson

revision = "notifications_0007"
down_revision = "notifications_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "recipients", sa.Column("public_name", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "recipients",
        sa.Column("public_name_version", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "notices", sa.Column("data", AnyJson, nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("mails", sa.Column("language", sa.Text(), nullable=False, server_default="en"))
    op.add_column(
        "mails", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for table in ("notices", "mails"):
        op.add_column(table, sa.Column("place_of", sa.Uuid()))
        op.create_index(f"ix_{table}_place_of", table, ["place_of"])
    op.create_index("ix_notices_account_id_id", "notices", ["account_id", "id"])
    unread = sa.text("read_at IS NULL")
    op.create_index(
        "ix_notices_account_id_unread",
        "notices",
        ["account_id"],
        sqlite_where=unread,
        postgresql_where=unread,
    )
    op.drop_index("ix_notices_account_id", "notices")
