"""Slugs of specialists, and the place of a practice. Who has a profile gets a slug here."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson
from services.profiles.specialists.slugs import stem_of

revision = "profiles_0013"
down_revision = "profiles_0012"
branch_labels = None
depends_on = None

AT_ONCE = 1000

specialists = sa.table(
    "specialists",
    sa.column("id", sa.Uuid()),
    sa.column("display_name", sa.Text()),
    sa.column("slug", sa.Text()),
)


def upgrade() -> None:
    op.add_column("specialists", sa.Column("slug", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "specialists", sa.Column("practice", AnyJson, nullable=False, server_default="{}")
    )
    slugs = op.create_table(
        "specialist_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_specialist_slugs"),
    )
    op.create_index("ix_specialist_slugs_stem_number", "specialist_slugs", ["stem", "number"])
    op.create_index(
        "ix_specialist_slugs_specialist_id_stem", "specialist_slugs", ["specialist_id", "stem"]
    )
    connection = op.get_bind()
    given = _given(connection)
    for at in range(0, len(given), AT_ONCE):
        connection.execute(sa.insert(slugs), given[at : at + AT_ONCE])
    if given:
        changed = sa.update(specialists).where(specialists.c.id == sa.bindparam("specialist_id"))
        connection.execute(changed.values(slug=sa.bindparam("slug")), given)


def _given(connection: sa.Connection) -> list[dict[str, object]]:
    """A slug for each, the oldest account first."""
    found = sa.select(specialists).where(specialists.c.display_name != "")
    rows: list[dict[str, object]] = []
    numbers: dict[str, int] = {}
    taken = {"me"}
    for row in connection.execute(found.order_by(specialists.c.id)):
        stem = stem_of(row.display_name)
        slug = ""
        while not slug or slug in taken:
            number = numbers[stem] = numbers.get(stem, 0) + 1
            slug = stem if number == 1 else f"{stem}-{number}"
        taken.add(slug)
        rows.append({"slug": slug, "stem": stem, "number": number, "specialist_id": row.id})
    return rows
