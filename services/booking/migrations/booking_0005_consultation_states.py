"""Moving, attendance, private notes and outcomes of consultations."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0005"
down_revision = "booking_0004"
branch_labels = None
depends_on = None

HAD = sa.text("status IN ('booked', 'completed') OR (status = 'missed' AND missed_by = 'client')")
BOOKED = sa.text("status = 'booked'")


def upgrade() -> None:
    op.add_column(
        "calendars",
        sa.Column("cancellation_notice_hours", sa.Integer(), nullable=False, server_default="12"),
    )
    op.add_column("calendars", sa.Column("in_person_address", sa.Text()))
    op.add_column("calendars", sa.Column("opened_at", UtcDateTime()))
    op.add_column(
        "consultations",
        sa.Column("notice_hours", sa.Integer(), nullable=False, server_default="12"),
    )
    op.add_column(
        "consultations",
        sa.Column("attendance_corrected", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name, kind in (
        ("rescheduled_at", UtcDateTime()),
        ("attendance_by_client", sa.Text()),
        ("attendance_by_specialist", sa.Text()),
        ("disputable_until", UtcDateTime()),
        ("missed_by", sa.Text()),
        ("meeting_link", sa.Text()),
        ("meeting_address", sa.Text()),
        ("sealed_note", sa.Text()),
    ):
        op.add_column("consultations", sa.Column(name, kind))
    op.drop_index("uq_consultations_pair", "consultations")
    op.create_index(
        "uq_consultations_pair",
        "consultations",
        ["client_id", "specialist_id"],
        unique=True,
        postgresql_where=HAD,
        sqlite_where=HAD,
    )
    op.create_index(
        "ix_consultations_to_close",
        "consultations",
        ["ends_at"],
        postgresql_where=BOOKED,
        sqlite_where=BOOKED,
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        sa.UniqueConstraint(
            "consultation_id", "account_id", name="uq_outcomes_consultation_id_account_id"
        ),
    )
    op.create_index("ix_outcomes_account_id", "outcomes", ["account_id"])
