"""Mails that wait, or failed lately, are found among all that were ever sent."""

from alembic import op

revision = "notifications_0004"
down_revision = "notifications_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mails_status_next_attempt_at", "mails", ["status", "next_attempt_at"])
    op.drop_index("ix_mails_next_attempt_at", "mails")
