"""Statuses of articles, their slugs, and German labels of their topics to search by."""

import sqlalchemy as sa
from alembic import op

from chassis.database.tables import AnyJson, UtcDateTime
from services.content.search import TERM, terms_of

revision = "content_0003"
down_revision = "content_0002"
branch_labels = None
depends_on = None

articles = sa.table(
    "articles",
    sa.column("id", sa.Uuid()),
    *(sa.column(name, sa.Text()) for name in ("title", "summary", "body", "language")),
    sa.column("topics", AnyJson),
)
article_terms = sa.table(
    "article_terms", sa.column("term", TERM), sa.column("article_id", sa.Uuid())
)


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
    _enter_new_terms(op.get_bind())


def _enter_new_terms(connection: sa.Connection) -> None:
    of_article = article_terms.c.article_id
    for article in connection.execute(sa.select(articles)).all():
        entered = sa.select(article_terms.c.term).where(of_article == article.id)
        new = terms_of(article) - set(connection.scalars(entered))
        if new:
            rows = [{"term": term, "article_id": article.id} for term in sorted(new)]
            connection.execute(sa.insert(article_terms), rows)
