"""Exclusion constraints on PostgreSQL: booked consultations of one account do not overlap."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime
from chassis.errors import Conflict
from chassis.times import utc_now

revision = "booking_0004"
down_revision = "booking_0003"
branch_labels = None
depends_on = None

NOTHING_LEFT_TO_SAY = timedelta(days=14)
CONSULTATIONS = sa.table(
    "consultations",
    *(sa.column(name, sa.Uuid()) for name in ("id", "specialist_id", "client_id")),
    *(sa.column(name, UtcDateTime()) for name in ("starts_at", "ends_at")),
    sa.column("status", sa.Text()),
    sa.column("version", sa.Integer()),
)


def upgrade() -> None:
    _complete(utc_now() - NOTHING_LEFT_TO_SAY)
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for whose in ("specialist_id", "client_id"):
        _refuse_overlaps(whose)
        op.execute(
            f"ALTER TABLE consultations ADD CONSTRAINT ex_consultations_{whose} EXCLUDE USING gist "
            f"({whose} WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'booked')"
        )


def _complete(before: datetime) -> None:
    """Complete consultations that are over, without events: none was ever completed before."""
    rows = CONSULTATIONS.c
    op.execute(
        CONSULTATIONS.update()
        .where(rows.status == "booked", rows.ends_at < before)
        .values(status="completed", version=rows.version + 1)
    )


def _refuse_overlaps(whose: str) -> None:
    one, other = CONSULTATIONS.alias("one").c, CONSULTATIONS.alias("other").c
    pairs = op.get_bind().execute(
        sa.select(one.id, other.id).where(
            one[whose] == other[whose],
            one.id < other.id,
            one.starts_at < other.ends_at,
            other.starts_at < one.ends_at,
            one.status == "booked",
            other.status == "booked",
        )
    )
    if listed := [f"{first} and {second}" for first, second in pairs]:
        raise Conflict(
            f"consultations overlap that have the same {whose}: {', '.join(listed)}. "
            "Nothing was changed: cancel one of each two, or set its status to 'completed' where "
            "it is over, and migrate again."
        )
