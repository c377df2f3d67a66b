"""The Article: written, scheduled, published and withdrawn by editors.

Its states, ``ArticleStatus``:

    write ─▶ DRAFT ─┬────────────────────────▶ PUBLISHED ─▶ WITHDRAWN
                    └─▶ SCHEDULED ─ in time ──▶                │
                            ▲                                  │
                            └──────── or published at once ◀───┘

Cancelling a schedule leads back to the status before it: WITHDRAWN for an article that has been
published, else DRAFT. A change of a published article is public at once; of all others, readers see
no change.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis import markdown
from chassis.errors import FieldError, NotFound
from chassis.events import Event
from chassis.ids import new_id
from contracts import content as contract
from contracts.content import (
    AlreadyPublished,
    ArticleChanged,
    ArticleGone,
    ArticlePublished,
    ArticleStatus,
    ArticleSummary,
    ArticleWithdrawn,
    BadPublicationTime,
    ChangeArticle,
    Manuscript,
    ManuscriptSummary,
    Reference,
    SlugTaken,
    WriteArticle,
)
from services.content.base import Base

NO_ARTICLE = "There is no article at this address."
WRITTEN = ("title", "summary", "body", "topics", "language", "references")
"""Fields that editors write, apart from the slug."""
PUBLISHED, SCHEDULED = text("status = 'published'"), text("status = 'scheduled'")


class Article(Base):
    """``version`` grows with each change of the text, the status, the schedule or the reason.
    Events carry it, so that consumers drop stale ones."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("slug", info={"refusal": SlugTaken}),
        Index(
            "ix_articles_published",
            "published_at",
            "id",
            postgresql_where=PUBLISHED,
            sqlite_where=PUBLISHED,
        ),
        Index(
            "ix_articles_scheduled",
            "publish_at",
            postgresql_where=SCHEDULED,
            sqlite_where=SCHEDULED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str]
    former_slugs: Mapped[list[str]]
    status: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    body_html: Mapped[str]
    language: Mapped[str]
    topics: Mapped[list[str]]
    references: Mapped[list[dict[str, Any]]]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last published; it stays when the article is withdrawn."""
    publish_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was withdrawn; ``None`` again once it is published."""
    withdrawal_reason: Mapped[str] = mapped_column(default="")

    @classmethod
    def write(cls, written: WriteArticle, now: datetime) -> Article:
        """A new draft."""
        article = cls(
            id=new_id(),
            version=0,
            slug=written.slug,
            former_slugs=[],
            status=ArticleStatus.DRAFT,
            withdrawal_reason="",
        )
        article._take(written)
        article._text_changed(now)
        return article

    def change(self, change: ChangeArticle, now: datetime) -> list[Event]:
        """Set the given fields. Values that are the same as before are no change."""
        before = self._content()
        self._take(change)
        if change.slug is not None:
            self._rename(change.slug)
        if self._content() == before:
            return []
        self._text_changed(now)
        return [ArticleChanged(**self._for_readers())] if self.is_published else []

    def _take(self, given: WriteArticle | ChangeArticle) -> None:
        for name in WRITTEN:
            value = getattr(given, name)
            if value is not None:
                setattr(self, name, _stored(name, value))
        if given.body is not None:
            self.body_html = markdown.to_html(given.body)

    def _rename(self, slug: str) -> None:
        """Set the slug. An article that has been published keeps the one before as a former slug; a
        draft gives it up."""
        if slug == self.slug:
            return
        before = [self.slug] if self.published_at else []
        self.former_slugs = [each for each in (*self.former_slugs, *before) if each != slug]
        self.slug = slug

    def _content(self) -> dict[str, Any]:
        """All fields that editors write."""
        return {name: getattr(self, name) for name in (*WRITTEN, "slug")}

    def _text_changed(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now

    # Publication

    @property
    def is_published(self) -> bool:
        return self.status == ArticleStatus.PUBLISHED

    def publish(self, now: datetime) -> list[Event]:
        """Publish it at once. A published article stays as it is."""
        if self.is_published:
            return []
        self.status = ArticleStatus.PUBLISHED
        self.published_at = now
        self.publish_at = self.withdrawn_at = None
        self.withdrawal_reason = ""
        self.version += 1
        return [ArticlePublished(**self._for_readers())]

    def schedule(self, publish_at: datetime, now: datetime) -> None:
        """Publish it at a later time. Raises ``AlreadyPublished`` and ``BadPublicationTime``."""
        if self.is_published:
            raise AlreadyPublished
        if publish_at <= now:
            limit = f"Must be later than now ({now.isoformat(timespec='seconds')})."
            raise BadPublicationTime(
                errors=[FieldError("publish_at", limit, publish_at.isoformat())]
            )
        self.status = ArticleStatus.SCHEDULED
        self.publish_at = publish_at
        self.version += 1

    def publish_if_due(self, now: datetime) -> list[Event]:
        """Publish it if it is scheduled and due."""
        is_due = self.publish_at is not None and self.publish_at <= now
        return self.publish(now) if is_due else []

    def withdraw(self, reason: str, now: datetime) -> list[Event]:
        """Withdraw a published article, or cancel the schedule of one. An article that is withdrawn
        already takes the reason, if one is given; a draft stays as it is."""
        if self.is_published:
            self.status = ArticleStatus.WITHDRAWN
            self.withdrawn_at, self.withdrawal_reason = now, reason
            self.version += 1
            return [self._withdrawn()]
        before = self.status, self.withdrawal_reason
        self.publish_at = None
        if self.withdrawn_at is None:
            self.status = ArticleStatus.DRAFT
        else:
            self.status = ArticleStatus.WITHDRAWN
            self.withdrawal_reason = reason or self.withdrawal_reason
        if (self.status, self.withdrawal_reason) != before:
            self.version += 1
        return []

    def require_public(self) -> None:
        """Raises ``NotFound`` before the first publication, ``ArticleGone`` after a withdrawal."""
        if self.is_published:
            return
        if self.withdrawn_at is not None:
            raise ArticleGone.because(self.withdrawal_reason)
        raise NotFound(NO_ARTICLE)

    def _for_readers(self) -> dict[str, Any]:
        """The fields of ``ArticlePublished`` and ``ArticleChanged``."""
        return {
            "article_id": self.id,
            "version": self.version,
            "slug": self.slug,
            "former_slugs": self.former_slugs,
            "title": self.title,
            "summary": self.summary,
            "topics": self.topics,
            "language": self.language,
        }

    def _withdrawn(self) -> ArticleWithdrawn:
        return ArticleWithdrawn(
            article_id=self.id,
            version=self.version,
            slug=self.slug,
            former_slugs=self.former_slugs,
        )

    # Resources

    def to_summary(self) -> ArticleSummary:
        assert self.published_at is not None
        return ArticleSummary(
            id=self.id,
            slug=self.slug,
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            published_at=self.published_at,
            changed_at=self.changed_at,
        )

    def to_resource(self) -> contract.Article:
        assert self.published_at is not None
        return contract.Article(
            id=self.id,
            slug=self.slug,
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            published_at=self.published_at,
            changed_at=self.changed_at,
            body=self.body,
            body_html=self.body_html,
            references=self._references(),
        )

    def to_manuscript_summary(self) -> ManuscriptSummary:
        return ManuscriptSummary(
            id=self.id,
            slug=self.slug,
            status=ArticleStatus(self.status),
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            changed_at=self.changed_at,
            published_at=self.published_at,
            publish_at=self.publish_at,
        )

    def to_manuscript(self) -> Manuscript:
        return Manuscript(
            id=self.id,
            slug=self.slug,
            former_slugs=self.former_slugs,
            status=ArticleStatus(self.status),
            title=self.title,
            summary=self.summary,
            topics=self.topics,
            language=self.language,
            body=self.body,
            body_html=self.body_html,
            references=self._references(),
            changed_at=self.changed_at,
            published_at=self.published_at,
            publish_at=self.publish_at,
            withdrawn_at=self.withdrawn_at,
            withdrawal_reason=self.withdrawal_reason,
        )

    def _references(self) -> list[Reference]:
        return [Reference(**reference) for reference in self.references]


def _stored(name: str, value: Any) -> Any:
    """The value of a field as its column takes it."""
    if name == "topics":
        return list(dict.fromkeys(value))
    return [asdict(reference) for reference in value] if name == "references" else value
