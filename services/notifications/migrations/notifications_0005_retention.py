"""Notices and mails that have been kept for long enough are found among all others."""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0005"
down_revision = "notifications_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_notices_created_at", "notices", ["created_at"])
    op.create_index("ix_mails_next_attempt_at", "mails", ["next_attempt_at"])
    good_once = sa.text("good_once")
    op.create_index(
        "ix_mails_good_once",
        "mails",
        ["next_attempt_at"],
        postgresql_where=good_once,
        sqlite_where=good_once,
    )
