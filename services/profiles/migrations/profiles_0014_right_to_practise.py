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
ENDED = {
    "licence_withdrawn": "verified_until IS NULL AND id IN "
    "(SELECT specialist_id FROM licences WHERE status = 'declined')",
    "licence_expired": "verified_until IS NULL AND (lapsed OR id IN "
    "(SELECT specialist_id FROM licences WHERE status = 'expired'))",
}
"""How the last licence ended, as far as it can be told. ``review_licences`` tells what follows."""


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
    for standing, condition in ENDED.items():
        op.execute(
            sa.text(f"UPDATE specialists SET licence_standing = '{standing}' WHERE {condition}")
        )
