"""Queries of articles: by slug, of every status for editors, and due to be published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from contracts.content import ManuscriptQuery
from services.content.articles import NO_ARTICLE, SCHEDULED, Article
from services.content.slugs import ArticleSlug, article_id_of


def find_article(session: Session, slug: str) -> Article:
    """The article of any status that has or had this slug; raises ``NotFound``."""
    of_slug = select(Article).join(ArticleSlug, ArticleSlug.article_id == Article.id)
    article = session.scalar(of_slug.where(ArticleSlug.slug == slug))
    if article is None:
        raise NotFound(NO_ARTICLE)
    return article


def lock_article(tx: Transaction, slug: str) -> Article:
    """The article of any status that has or had this slug, locked; raises ``NotFound``."""
    article_id = article_id_of(tx, slug)
    if article_id is None:
        raise NotFound(NO_ARTICLE)
    return tx.lock(Article, article_id)


def manuscripts(query: ManuscriptQuery) -> Select[Article]:
    """Articles of these statuses and languages."""
    found = select(Article)
    if query.status:
        found = found.where(Article.status.in_(query.status))
    if query.language:
        found = found.where(Article.language.in_(query.language))
    return found


def due(now: datetime) -> Select[UUID]:
    """Ids of articles that are due to be published, the longest due first."""
    return (
        select(Article.id).where(SCHEDULED, Article.publish_at <= now).order_by(Article.publish_at)
    )
