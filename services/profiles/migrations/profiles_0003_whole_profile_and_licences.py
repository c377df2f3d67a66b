"""The whole profile, licences, and the history of both."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime
from chassis.markdown import to_html

revision = "profiles_0003"
down_revision = "profiles_0002"
branch_labels = None
depends_on = None

EMPTY, NOTHING, NO = sa.text("'[]'"), sa.text("''"), sa.false()


def upgrade() -> None:
    for name in ("pronouns", "biography_html", "time_zone", "photo"):
        op.add_column("specialists", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("approaches", "countries", "fees", "accessibility"):
        op.add_column("specialists", sa.Column(name, AnyJson, nullable=False, server_default=EMPTY))
    for name in ("in_person", "online", "lapsed"):
        op.add_column(
            "specialists", sa.Column(name, sa.Boolean(), nullable=False, server_default=NO)
        )
    op.add_column("specialists", sa.Column("verified_until", sa.Date()))
    _render_biographies()
    op.create_index("ix_specialists_verified_until", "specialists", ["verified_until"])
    op.create_table(
        "licences",
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issuing_body", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", UtcDateTime()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("in_force", AnyJson, nullable=False),
        sa.Column("document_in_force", sa.Text(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("specialist_id", name="pk_licences"),
    )
    op.create_index("ix_licences_status_submission_id", "licences", ["status", "submission_id"])
    op.create_table(
        "specialist_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Uuid()),
        sa.Column("changes", AnyJson, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_specialist_history"),
    )
    op.create_index(
        "ix_specialist_history_specialist_id_id", "specialist_history", ["specialist_id", "id"]
    )


def _render_biographies() -> None:
    """Of profiles that were written when nothing was rendered."""
    specialists = sa.table(
        "specialists",
        sa.column("id", sa.Uuid()),
        sa.column("biography", sa.Text()),
        sa.column("biography_html", sa.Text()),
    )
    connection = op.get_bind()
    written = sa.select(specialists.c.id, specialists.c.biography).where(
        specialists.c.biography != ""
    )
    for id, biography in connection.execute(written).all():
        connection.execute(
            sa.update(specialists)
            .where(specialists.c.id == id)
            .values(biography_html=to_html(biography))
        )
