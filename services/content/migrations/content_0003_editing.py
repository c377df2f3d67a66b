"""Statuses of articles, and their slugs, present and former."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime

revision = "content_0003"
down_revision = "content_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("articles") as articles:
        articles.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        articles.add_column(
            sa.Column("former_slugs", AnyJson, nullable=False, server_default=sa.text("'[]'"))
        )
        articles.add_column(
            sa.Column("status", sa.Text(), nullable=False, server_default="published")
        )
        articles.add_column(sa.Column("changed_at", UtcDateTime()))
        articles.add_column(sa.Column("publish_at", UtcDateTime()))
        articles.add_column(sa.Column("withdrawn_at", UtcDateTime()))
        articles.add_column(
            sa.Column("withdrawal_reason", sa.Text(), nullable=False, server_default="")
        )
        articles.alter_column("published_at", existing_type=UtcDateTime(), nullable=True)
    op.execute("UPDATE articles SET changed_at = published_at")
    with op.batch_alter_table("articles") as articles:
        articles.alter_column("changed_at", existing_type=UtcDateTime(), nullable=False)
    for name, columns in (("published", ["published_at", "id"]), ("scheduled", ["publish_at"])):
        only = sa.text(f"status = '{name}'")
        op.create_index(
            f"ix_articles_{name}", "articles", columns, postgresql_where=only, sqlite_where=only
        )
    op.create_table(
        "article_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_article_slugs"),
    )
    op.create_index("ix_article_slugs_article_id", "article_slugs", ["article_id"])
    op.execute("INSERT INTO article_slugs (slug, article_id) SELECT slug, id FROM articles")
