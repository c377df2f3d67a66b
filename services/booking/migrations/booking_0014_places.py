"""Places and time zones of consultations, and indexes for lists in order of their start."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0014"
down_revision = "booking_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    zone = sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC")
    op.add_column("consultations", zone)
    own_link: sa.Column[bool] = sa.Column(
        "own_link", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("consultations", own_link)
    op.add_column("consultations", sa.Column("place_changed_at", UtcDateTime()))
    op.execute(
        "UPDATE consultations SET time_zone = calendars.time_zone FROM calendars "
        "WHERE calendars.specialist_id = consultations.specialist_id"
    )
    op.add_column("calendars", sa.Column("sealed_meeting_link", sa.Text()))
    no_place = "in_person_address IS NULL AND sealed_meeting_link IS NULL"
    op.create_index(
        "ix_calendars_without_place",
        "calendars",
        ["specialist_id"],
        postgresql_where=sa.text(f"offers_free_consultations IS TRUE AND {no_place}"),
        sqlite_where=sa.text(f"offers_free_consultations IS 1 AND {no_place}"),
    )
    for whose in ("client", "specialist"):
        op.drop_index(f"ix_consultations_{whose}_id", "consultations")
        columns = [f"{whose}_id", "status", "starts_at", "id"]
        op.create_index(f"ix_consultations_of_{whose}", "consultations", columns)
