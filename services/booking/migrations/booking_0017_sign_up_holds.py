"""Holds for sign-ups, and the notes that go with them."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import UtcDateTime

revision = "booking_0017"
down_revision = "booking_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_up_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("network", sa.Text()),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sealed_note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sign_up_holds"),
    )
    for name, columns in {
        "of_mailbox": ["mailbox", "made_at"],
        "of_network": ["network", "made_at"],
        "of_specialist": ["specialist_id", "status"],
        "open": ["status", "until"],
        "secret_hash": ["secret_hash"],
        "made_at": ["made_at"],
    }.items():
        op.create_index(f"ix_sign_up_holds_{name}", "sign_up_holds", columns)
    from_sign_up: sa.Column[bool] = sa.Column(
        "from_sign_up", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("holds", from_sign_up)
    op.add_column("holds", sa.Column("sealed_note", sa.Text()))
