"""What the spellings of an e-mail address have in common, for each account.

Addresses get the form that new ones have, where no other account meets there. Those that meet
stay as they are, until an operator decides: ``firststep accounts duplicates``.
"""

import sqlalchemy as sa
from alembic import op

from contracts.inputs.addresses import address_key

revision = "profiles_0009"
down_revision = "profiles_0008"
branch_labels = None
depends_on = None

AT_ONCE = 1000

accounts = sa.table(
    "accounts",
    sa.column("id", sa.Uuid()),
    sa.column("email", sa.Text()),
    sa.column("email_key", sa.Text()),
)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("email_key", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    connection.execute(sa.update(accounts).values(email_key=accounts.c.email))
    changing = _accounts_whose_key_is_another(connection)
    _write(connection, changing, {"email_key": sa.bindparam("key")})
    op.create_index("ix_accounts_email_key", "accounts", ["email_key"])
    meeting = sa.select(accounts.c.email_key).group_by(accounts.c.email_key)
    shared = set(connection.scalars(meeting.having(sa.func.count() > 1)))
    alone = [each for each in changing if each["key"] not in shared]
    _write(connection, alone, {"email": sa.bindparam("key")})


def _accounts_whose_key_is_another(connection: sa.Connection) -> list[dict[str, object]]:
    """Few: most addresses have the one form already."""
    found = connection.execute(
        sa.select(accounts.c.id, accounts.c.email), execution_options={"yield_per": AT_ONCE}
    )
    keyed = ((row.id, row.email, address_key(row.email)) for row in found)
    return [{"account_id": id, "key": key} for id, email, key in keyed if key != email]


def _write(
    connection: sa.Connection,
    rows: list[dict[str, object]],
    values: dict[str, sa.BindParameter[str]],
) -> None:
    if rows:
        changed = sa.update(accounts).where(accounts.c.id == sa.bindparam("account_id"))
        connection.execute(changed.values(values), rows)
