"""The read model of preferences; calendar feeds can follow them."""

import sqlalchemy as sa
from alembic import op

revision = "booking_0015"
down_revision = "booking_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_preferences"),
    )
    with op.batch_alter_table("calendar_feeds") as feeds:
        feeds.alter_column("discreet", existing_type=sa.Boolean(), nullable=True)
