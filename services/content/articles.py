"""The Article, published by an editor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis import markdown
from chassis.ids import new_id
from contracts import content as contract
from contracts.content import (
    ArticlePublished,
    ArticleSummary,
    Reference,
    SlugTaken,
    WriteArticle,
)
from services.content.base import Base


class Article(Base):
    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("slug", info={"refusal": SlugTaken}),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str]
    language: Mapped[str]
    topics: Mapped[list[str]]
    references: Mapped[list[dict[str, Any]]]
    published_at: Mapped[datetime]

    @classmethod
    def publish(cls, article: WriteArticle, now: datetime) -> tuple[Article, ArticlePublished]:
        published = cls(
            id=new_id(),
            slug=article.slug,
            title=article.title,
            summary=article.summary,
            body=article.body,
            body_html=markdown.to_html(article.body),
            language=article.language,
            topics=article.topics,
            references=[asdict(reference) for reference in article.references],
            published_at=now,
        )
        return published, ArticlePublished(
            article_id=published.id,
            slug=article.slug,
            title=article.title,
            summary=article.summary,
            topics=article.topics,
            language=article.language,
        )

    def to_summary(self) -> ArticleSummary:
        return ArticleSummary(
            id=self.id,
            slug=self.slug,
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            published_at=self.published_at,
        )

    def to_resource(self) -> contract.Article:
        return contract.Article(
            id=self.id,
            slug=self.slug,
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            published_at=self.published_at,
            body=self.body,
            body_html=self.body_html,
            references=[Reference(**reference) for reference in self.references],
        )
