"""No two booked consultations of one person overlap: PostgreSQL's word under the lock."""

from alembic import op

revision = "booking_0004"
down_revision = "booking_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for whose in ("specialist_id", "client_id"):
        op.execute(
            f"ALTER TABLE consultations ADD CONSTRAINT ex_consultations_{whose} EXCLUDE USING gist "
            f"({whose} WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'booked')"
        )
