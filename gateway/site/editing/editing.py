"""Pages of editors: the articles of every status, writing one, its preview and its publication."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from marshmallow.validate import OneOf, Range, Regexp

from chassis import context
from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.preconditions import etag_of
from contracts.content import (
    AlreadyPublished,
    ArticleStatus,
    BadPublicationTime,
    ChangeArticle,
    Manuscript,
    ManuscriptQuery,
    ManuscriptSummary,
    PublishArticle,
    Reference,
    RenderText,
    SlugTaken,
    WithdrawArticle,
    WriteArticle,
)
from contracts.inputs.zones import TIME_ZONES
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.form_values import fields_of
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.articles.texts import ArticleText, text_of

MANUSCRIPTS = "/editing/articles"
NEW = f"{MANUSCRIPTS}/new"
ONE = MANUSCRIPTS + "/{slug}"
PREVIEW, PUBLICATION = f"{ONE}/preview", f"{ONE}/publication"
EDITORS = [Role.EDITOR]
ON_A_PAGE = 20
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Of days that a form takes: each is within the range of times in all zones."""


@dataclass(frozen=True, kw_only=True)
class ManuscriptsPageQuery(ManuscriptQuery):
    """A filter for the list of articles."""

    limit: int = ON_A_PAGE


@dataclass(frozen=True)
class ManuscriptsShown:
    """``next``: the cursor of the next page. ``zone``: of times."""

    query: ManuscriptsPageQuery
    items: list[ManuscriptSummary]
    next: str | None
    zone: str


@dataclass(frozen=True, kw_only=True)
class WritingShown:
    """``values``: of the form. ``version``: the ETag of what is stored. ``manuscript``: ``None``
    for a new article."""

    values: dict[str, Any]
    version: str = ""
    manuscript: Manuscript | None = None


@dataclass(frozen=True)
class PublicationShown:
    """``version``: the ETag of what is published. ``zone``: the editor's; times are in it."""

    manuscript: Manuscript
    version: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class PreviewedArticle:
    """An article as its page takes it, published or not."""

    slug: str
    title: str
    summary: str
    topics: list[str]
    language: str
    references: list[Reference]
    published_at: datetime | None = None

    @classmethod
    def of(cls, article: Manuscript | WriteArticle) -> PreviewedArticle:
        return cls(
            slug=article.slug,
            title=article.title,
            summary=article.summary,
            topics=article.topics,
            language=article.language,
            references=article.references,
        )


@dataclass(frozen=True)
class PreviewShown:
    """The view of an article's page, without what only a published one has.

    ``path``: of the page that it is written on. ``given``: the fields of a form that is not saved
    yet; empty for the stored article. ``key`` and ``version`` are those that the form is sent with.
    """

    article: PreviewedArticle
    text: ArticleText
    path: str
    given: tuple[tuple[str, str], ...] = ()
    key: str = ""
    version: str = ""
    related: tuple[()] = ()
    free: None = None
    shares: tuple[()] = ()
    structured: None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleForm:
    """A day and a time in the zone that the page named."""

    day: Annotated[date, Range(FIRST_DAY, LAST_DAY, error="Not a valid date.")]
    at: Annotated[
        str, Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z", error="Must be a time such as '09:30'.")
    ]
    zone: Annotated[str, OneOf(TIME_ZONES)]

    @property
    def moment(self) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(self.at), ZoneInfo(self.zone))


class EditingPages(Api):
    @page(
        MANUSCRIPTS,
        query=ManuscriptsPageQuery,
        template="editing/list.html",
        allow=EDITORS,
        errors=[BadCursor],
    )
    def manuscripts_page(self, query: ManuscriptsPageQuery, visitor: Visitor) -> ManuscriptsShown:
        found = self.content.list_manuscripts(query=query).load()
        return ManuscriptsShown(query, found.items, found.next, visitor.zone("UTC"))

    @page(NEW, template="editing/article.html", allow=EDITORS)
    def new_manuscript_page(self, visitor: Visitor) -> WritingShown:
        return WritingShown(values={"language": visitor.language.value})

    @form(NEW, body=WriteArticle, again="new_manuscript_page", allow=EDITORS, errors=[SlugTaken])
    def write_manuscript(self, body: WriteArticle, visitor: Visitor) -> SeeOther:
        require_free_path(body.slug)
        written = self.content.write_article(article=body).load()
        return SeeOther(to=page_of(written.slug), said="article_saved")

    @form(f"{NEW}/preview", body=WriteArticle, again="new_manuscript_page", allow=EDITORS)
    def preview_new_manuscript(self, body: WriteArticle, visitor: Visitor) -> Shown:
        return self._preview(body, NEW, visitor)

    @page(ONE, template="editing/article.html", allow=EDITORS, errors=[NotFound])
    def manuscript_page(self, slug: str, visitor: Visitor) -> WritingShown | SeeOther:
        wire = self.content.get_manuscript(slug=slug)
        manuscript = wire.load()
        if manuscript.slug != slug:
            return SeeOther(to=page_of(manuscript.slug))
        version = etag_of(Manuscript, wire.value)
        return WritingShown(values=wire.value, version=version, manuscript=manuscript)

    @form(
        ONE,
        body=WriteArticle,
        again="manuscript_page",
        allow=EDITORS,
        errors=[NotFound, SlugTaken],
    )
    def save_manuscript(self, slug: str, body: WriteArticle, visitor: Visitor) -> SeeOther:
        require_free_path(body.slug)
        change = ChangeArticle(**vars(body))
        saved = self.content.change_article(slug=slug, change=change).load()
        return SeeOther(to=page_of(saved.slug), said="article_saved")

    @page(PREVIEW, template="editing/preview.html", allow=EDITORS, errors=[NotFound])
    def manuscript_preview_page(self, slug: str, visitor: Visitor) -> PreviewShown:
        manuscript = self.content.get_manuscript(slug=slug).load()
        return PreviewShown(
            article=PreviewedArticle.of(manuscript),
            text=article_text(manuscript, manuscript.body_html, visitor),
            path=page_of(manuscript.slug),
        )

    @form(PREVIEW, body=WriteArticle, again="manuscript_page", allow=EDITORS, errors=[NotFound])
    def preview_manuscript(self, slug: str, body: WriteArticle, visitor: Visitor) -> Shown:
        return self._preview(body, page_of(slug), visitor)

    def _preview(self, body: WriteArticle, path: str, visitor: Visitor) -> Shown:
        """The article that is being written; nothing is saved."""
        html = self.content.render_text(text=RenderText(body=body.body)).load().body_html
        view = PreviewShown(
            article=PreviewedArticle.of(body),
            text=article_text(body, html, visitor),
            path=path,
            given=tuple(fields_of(asdict(body))),
            key=uuid4().hex,
            version=context.current().if_match or "",
        )
        return Shown(view=view, template="editing/preview.html")

    @page(PUBLICATION, template="editing/publication.html", allow=EDITORS, errors=[NotFound])
    def publication_page(self, slug: str, visitor: Visitor) -> PublicationShown | SeeOther:
        wire = self.content.get_manuscript(slug=slug)
        manuscript = wire.load()
        if manuscript.slug != slug:
            return SeeOther(to=publication_of(manuscript.slug))
        return PublicationShown(manuscript, etag_of(Manuscript, wire.value), visitor.zone("UTC"))

    @form(PUBLICATION, again="publication_page", allow=EDITORS, errors=[NotFound])
    def publish_manuscript(self, slug: str, visitor: Visitor) -> SeeOther:
        self.content.publish_article(slug=slug, publication=PublishArticle())
        return SeeOther(to=publication_of(slug), said="article_published")

    @form(
        f"{PUBLICATION}/schedule",
        body=ScheduleForm,
        again="publication_page",
        allow=EDITORS,
        errors=[NotFound, AlreadyPublished, BadPublicationTime],
    )
    def schedule_manuscript(self, slug: str, body: ScheduleForm, visitor: Visitor) -> SeeOther:
        publication = PublishArticle(publish_at=body.moment.astimezone(UTC))
        try:
            self.content.publish_article(slug=slug, publication=publication)
        except BadPublicationTime as refusal:
            errors = [replace(each, field="day") for each in refusal.errors]
            raise BadPublicationTime(errors=errors) from None
        return SeeOther(to=publication_of(slug), said="article_scheduled")

    @form(
        f"{PUBLICATION}/withdrawal",
        body=WithdrawArticle,
        again="publication_page",
        allow=EDITORS,
        errors=[NotFound],
    )
    def withdraw_manuscript(self, slug: str, body: WithdrawArticle, visitor: Visitor) -> SeeOther:
        """Withdraw a published article, or cancel the schedule of another one."""
        withdrawn = self.content.withdraw_article(slug=slug, withdrawal=body).load()
        is_withdrawn = withdrawn.status is ArticleStatus.WITHDRAWN
        said = "article_withdrawn" if is_withdrawn else "schedule_cancelled"
        return SeeOther(to=publication_of(slug), said=said)


def page_of(slug: str) -> str:
    return ONE.format(slug=slug)


def publication_of(slug: str) -> str:
    return PUBLICATION.format(slug=slug)


def require_free_path(slug: str) -> None:
    """Raises ``SlugTaken`` where the article's page for editors would be that of new articles."""
    if page_of(slug) == NEW:
        raise SlugTaken


def article_text(
    article: Manuscript | WriteArticle, body_html: str, visitor: Visitor
) -> ArticleText:
    label = visitor.gettext("Reference %(number)s")
    return text_of(body_html, len(article.references), label)
