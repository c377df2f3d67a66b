"""The announced next slots, when opened slots were last offered, and wishes on the waitlist."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime
from chassis.times import utc_now

revision = "booking_0013"
down_revision = "booking_0012"
branch_labels = None
depends_on = None

CALENDARS = sa.table(
    "calendars",
    sa.column("specialist_id", sa.Uuid()),
    sa.column("offered_at", UtcDateTime()),
    sa.column("review_at", UtcDateTime()),
)
WAITS = sa.table("waits", sa.column("specialist_id", sa.Uuid()))


def upgrade() -> None:
    """Make all calendars due for a review, which announces their next slots."""
    for table, name in (("calendars", "next_slots"), ("waits", "wishes")):
        column = sa.Column(name, AnyJson, nullable=False, server_default=sa.text("'[]'"))
        op.add_column(table, column)
    op.add_column("calendars", sa.Column("offered_at", UtcDateTime()))
    waited_for = sa.select(WAITS.c.specialist_id)
    op.execute(
        CALENDARS.update()
        .where(CALENDARS.c.specialist_id.in_(waited_for))
        .values(offered_at=utc_now())
    )
    op.execute(CALENDARS.update().values(review_at=None))
    offered = sa.text("offered_at IS NOT NULL")
    op.create_index(
        "ix_calendars_offered",
        "calendars",
        ["specialist_id"],
        postgresql_where=offered,
        sqlite_where=offered,
    )
