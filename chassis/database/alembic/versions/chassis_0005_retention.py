"""Allow the record of replays and discards to be deleted after two years."""

from alembic import op

from chassis.database import append_only
from chassis.database.append_only import Ageing

revision = "chassis_0005"
down_revision = "chassis_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    append_only.lift("mendings")
    append_only.guard("mendings", ageing=Ageing("at", deleted_after=729))
    op.create_index("ix_mendings_at", "mendings", ["at"])
