"""Recipients have roles, and news of them versions; a mail may go elsewhere, and bear a secret.

The roles of recipients who are there already are learnt when they change.
"""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson

revision = "notifications_0002"
down_revision = "notifications_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("email_version", "roles_version"):
        op.add_column(
            "recipients", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column(
        "recipients", sa.Column("roles", AnyJson, nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column("mails", sa.Column("address", sa.Text()))
    op.add_column(
        "mails", sa.Column("good_once", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_mails_account_id", "mails", ["account_id"])
