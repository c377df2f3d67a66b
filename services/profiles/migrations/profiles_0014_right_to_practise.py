"""What the right to practise follows from, and what was told of it last."""

import sqlalchemy as sa
from alembic import op

revision = "profiles_0014"
down_revision = "profiles_0013"
branch_labels = None
depends_on = None

FROM_ACCOUNTS = {
    "suspended": "suspended_at IS NOT NULL",
    "role_revoked": """CAST(roles AS TEXT) NOT LIKE '%"specialist"%'""",
}


def upgrade() -> None:
    for name, condition in FROM_ACCOUNTS.items():
        op.add_column(
            "specialists", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
        accounts = f"SELECT id FROM accounts WHERE {condition}"
        op.execute(sa.text(f"UPDATE specialists SET {name} = true WHERE id IN ({accounts})"))
    for name in ("licence_standing", "standing"):
        op.add_column(
            "specialists", sa.Column(name, sa.Text(), nullable=False, server_default="good")
        )
