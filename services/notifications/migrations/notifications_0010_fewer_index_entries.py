"""Sent mails, and texts without a place, are in no index for what waits or has one.

Ids say when a notice or mail was made: no index on that time is needed.
"""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0010"
down_revision = "notifications_0009"
branch_labels = None
depends_on = None

UNSENT = sa.text("status <> 'sent'")
WITH_PLACE = sa.text("place_of IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_mails_unsent",
        "mails",
        ["status", "next_attempt_at"],
        postgresql_where=UNSENT,
        sqlite_where=UNSENT,
    )
    for table in ("notices", "mails"):
        op.create_index(
            f"ix_{table}_with_place",
            table,
            ["place_of"],
            postgresql_where=WITH_PLACE,
            sqlite_where=WITH_PLACE,
        )
        op.drop_index(f"ix_{table}_place_of", table)
    for name in ("status_next_attempt_at", "next_attempt_at"):
        op.drop_index(f"ix_mails_{name}", "mails")
    op.drop_index("ix_notices_created_at", "notices")
