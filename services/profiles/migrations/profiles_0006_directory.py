"""The directory, and full text: what specialists are found by. A clock fills it in."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, Sequence, UtcDateTime

revision = "profiles_0006"
down_revision = "profiles_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory",
        sa.Column("number", Sequence, autoincrement=True, nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("terms", AnyJson, nullable=False),
        sa.Column("next_slot_at", UtcDateTime()),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_directory"),
        sa.UniqueConstraint("specialist_id", name="uq_directory_specialist_id"),
    )
    op.create_index("ix_directory_revision", "directory", ["revision"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE directory_words USING fts5(tokens, tokenize='ascii', detail=none)"
        )
        return
    op.execute(
        "CREATE TABLE directory_words (number integer PRIMARY KEY, tokens tsvector NOT NULL,"
        " padding text NOT NULL DEFAULT repeat(' ', 2100)) WITH (toast_tuple_target = 128)"
    )
    op.execute("ALTER TABLE directory_words ALTER tokens SET STORAGE EXTERNAL")
    op.execute("CREATE INDEX ix_directory_words_tokens ON directory_words USING gin (tokens)")
    op.execute(
        "CREATE FUNCTION directory_matches(wanted tsquery) RETURNS bytea LANGUAGE sql STABLE"
        " SET enable_seqscan = off AS $$ SELECT string_agg(int4send(number), '')"
        " FROM directory_words WHERE tokens @@ wanted $$"
    )
