"""Slugs of articles, present and former. No other article gets one of them."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.database.transaction import Transaction
from chassis.database.upserts import insert_if_absent
from contracts.content import SlugTaken
from services.content.articles import Article
from services.content.base import Base


class ArticleSlug(Base):
    __tablename__ = "article_slugs"

    slug: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[UUID] = mapped_column(index=True)


def claim(tx: Transaction, article: Article) -> None:
    """Store the article's slug, and free those that it gave up. Raises ``SlugTaken``.

    Safe under concurrency: of two articles that claim one slug, the second waits for the first.
    """
    table = cast(Table, ArticleSlug.__table__)
    is_new = insert_if_absent(tx, table, slug=article.slug, article_id=article.id)
    if not is_new and article_id_of(tx, article.slug) != article.id:
        raise SlugTaken
    kept = [article.slug, *article.former_slugs]
    given_up = (ArticleSlug.article_id == article.id, ArticleSlug.slug.not_in(kept))
    tx.execute(delete(ArticleSlug).where(*given_up))


def article_id_of(session: Session, slug: str) -> UUID | None:
    """The article that has or had this slug."""
    return session.scalar(select(ArticleSlug.article_id).where(ArticleSlug.slug == slug))
