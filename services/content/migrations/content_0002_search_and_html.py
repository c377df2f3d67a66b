"""What articles are found by, their language, and their text as HTML."""

import sqlalchemy as sa
from alembic import op

from chassis import markdown
from chassis.database.tables import AnyJson
from services.content.search import TERM, terms_of

revision = "content_0002"
down_revision = "content_0001"
branch_labels = None
depends_on = None

articles = sa.table(
    "articles",
    sa.column("id", sa.Uuid()),
    *(sa.column(name, sa.Text()) for name in ("title", "summary", "body", "body_html", "language")),
    sa.column("topics", AnyJson),
)


def upgrade() -> None:
    op.add_column("articles", sa.Column("body_html", sa.Text(), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("language", sa.Text(), nullable=False, server_default="en"))
    terms = op.create_table(
        "article_terms",
        sa.Column("term", TERM, nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("term", "article_id", name="pk_article_terms"),
    )
    connection = op.get_bind()
    for article in connection.execute(sa.select(articles)).all():
        html = markdown.to_html(article.body)
        changed = sa.update(articles).where(articles.c.id == article.id)
        connection.execute(changed.values(body_html=html))
        rows = [{"term": term, "article_id": article.id} for term in terms_of(article)]
        connection.execute(sa.insert(terms), rows)
