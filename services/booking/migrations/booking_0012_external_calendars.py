"""Several external calendars for a specialist, each with its own busy times."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime
from chassis.ids import new_id
from chassis.times import utc_now

revision = "booking_0012"
down_revision = "booking_0011"
branch_labels = None
depends_on = None

KEPT = ("address", "host", "due_at", "read_at", "failures", "problem", "detail", "told")
"""The columns that are copied from the single calendar of before."""
BEFORE = sa.table(
    "outside_calendars",
    sa.column("specialist_id", sa.Uuid()),
    *(sa.column(name, UtcDateTime() if name.endswith("_at") else None) for name in KEPT),
)
BUSY_BEFORE = sa.table(
    "busy_times",
    sa.column("specialist_id", sa.Uuid()),
    sa.column("starts_at", UtcDateTime()),
    sa.column("ends_at", UtcDateTime()),
)


def upgrade() -> None:
    calendars = _create_calendars()
    times = _create_times()
    op.create_table(
        "external_reading_requests",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", name="pk_external_reading_requests"),
    )
    _move(calendars, times)
    op.drop_table("busy_times")
    op.drop_table("outside_calendars")


def _create_calendars() -> sa.Table:
    table = op.create_table(
        "external_calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text()),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("begun_at", UtcDateTime()),
        sa.Column("requested_at", UtcDateTime()),
        sa.Column("read_at", UtcDateTime()),
        sa.Column("read_whole_at", UtcDateTime()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("passed_over", sa.Integer(), nullable=False),
        sa.Column("passed_over_examples", AnyJson, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_external_calendars"),
    )
    for column in ("specialist_id", "due_at"):
        op.create_index(f"ix_external_calendars_{column}", "external_calendars", [column])
    return table


def _create_times() -> sa.Table:
    table = op.create_table(
        "external_busy_times",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("calendar_id", "starts_at", name="pk_external_busy_times"),
    )
    op.create_index(
        "ix_external_busy_times_specialist_id_ends_at",
        "external_busy_times",
        ["specialist_id", "ends_at"],
    )
    op.create_index("ix_external_busy_times_ends_at", "external_busy_times", ["ends_at"])
    return table


def _move(calendars: sa.Table, times: sa.Table) -> None:
    """Copy the busy times of each calendar. The next reading reads all of it."""
    connection = op.get_bind()
    new = {"marked_by": "", "etag": "", "last_modified": "", "passed_over": 0}
    for row in connection.execute(sa.select(BEFORE)).mappings().all():
        given = {**row, **new, "id": new_id(), "passed_over_examples": []}
        given["due_at"] = row["due_at"] or utc_now()
        connection.execute(calendars.insert().values(given))
    taken = sa.select(
        calendars.c.id, BUSY_BEFORE.c.starts_at, BUSY_BEFORE.c.ends_at, calendars.c.specialist_id
    ).join(calendars, calendars.c.specialist_id == BUSY_BEFORE.c.specialist_id)
    connection.execute(
        times.insert().from_select(["calendar_id", "starts_at", "ends_at", "specialist_id"], taken)
    )
