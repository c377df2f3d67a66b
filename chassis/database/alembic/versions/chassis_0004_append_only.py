"""Make the record of replays and discards append-only."""

from chassis.database import append_only

revision = "chassis_0004"
down_revision = "chassis_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    append_only.guard("mendings")
