"""Articles, with their references: for readers, and for the editors who write them."""

from __future__ import annotations

from http import HTTPStatus

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import Page, page_of
from chassis.rpc.client import Wire
from contracts.content import (
    AlreadyPublished,
    Article,
    ArticleGone,
    ArticleQuery,
    ArticleSummary,
    BadPublicationTime,
    ChangeArticle,
    Manuscript,
    ManuscriptQuery,
    ManuscriptSummary,
    PublishArticle,
    RenderedText,
    RenderText,
    SlugTaken,
    WithdrawArticle,
    WriteArticle,
)
from contracts.inputs.words import BadWords
from contracts.profiles.accounts import Role
from gateway.api.base import Api
from gateway.cache import Cached, first_page_of_articles, of_article
from gateway.http.endpoint import endpoint
from gateway.http.redirects import Moved

PATH = "/api/v1/articles/{}"


class ArticlesApi(Api):
    @endpoint(
        "GET",
        "/api/v1/articles",
        query=ArticleQuery,
        returns=page_of(ArticleSummary),
        errors=[BadCursor, BadWords],
        cached=Cached(first_page_of_articles),
    )
    def list_articles(self, query: ArticleQuery) -> Wire[Page[ArticleSummary]]:
        """List articles by words, topics and languages, the latest first."""
        return self.content.list_articles(query=query)

    @endpoint(
        "GET",
        "/api/v1/articles/{slug}",
        returns=Article,
        errors=[NotFound, ArticleGone],
        redirects=True,
        cached=Cached(of_article),
    )
    def get_article(self, slug: str) -> Wire[Article]:
        """One article with its references. A former slug redirects to the present one."""
        article = self.content.get_article(slug=slug)
        present = article.value["slug"]
        if present != slug:
            raise Moved(PATH.format(present))
        return article

    @endpoint(
        "GET",
        "/api/v1/manuscripts",
        query=ManuscriptQuery,
        returns=page_of(ManuscriptSummary),
        allow=[Role.EDITOR],
        errors=[BadCursor],
    )
    def list_manuscripts(self, query: ManuscriptQuery) -> Wire[Page[ManuscriptSummary]]:
        """Articles of every status, for editors; the newest first."""
        return self.content.list_manuscripts(query=query)

    @endpoint(
        "GET",
        "/api/v1/manuscripts/{slug}",
        returns=Manuscript,
        allow=[Role.EDITOR],
        errors=[NotFound],
        versioned=True,
    )
    def get_manuscript(self, slug: str) -> Wire[Manuscript]:
        """An article of any status, for editors: its preview. Writes of the article take its ETag
        as `If-Match`."""
        return self.content.get_manuscript(slug=slug)

    @endpoint(
        "POST",
        "/api/v1/manuscripts/rendering",
        body=RenderText,
        returns=RenderedText,
        allow=[Role.EDITOR],
    )
    def render_text(self, body: RenderText) -> Wire[RenderedText]:
        """A text as an article would show it. Nothing is stored."""
        return self.content.render_text(text=body)

    @endpoint(
        "POST",
        "/api/v1/articles",
        body=WriteArticle,
        returns=Manuscript,
        status=HTTPStatus.CREATED,
        allow=[Role.EDITOR],
        errors=[SlugTaken],
    )
    def write_article(self, body: WriteArticle) -> Wire[Manuscript]:
        """Write an article. It is a draft at first."""
        return self.content.write_article(article=body)

    @endpoint(
        "PATCH",
        "/api/v1/articles/{slug}",
        body=ChangeArticle,
        returns=Manuscript,
        allow=[Role.EDITOR],
        errors=[NotFound, SlugTaken],
        versioned=True,
    )
    def change_article(self, slug: str, body: ChangeArticle) -> Wire[Manuscript]:
        """Change an article. A change of a published one is public at once."""
        return self.content.change_article(slug=slug, change=body)

    @endpoint(
        "PUT",
        "/api/v1/articles/{slug}/publication",
        body=PublishArticle,
        returns=Manuscript,
        allow=[Role.EDITOR],
        errors=[NotFound, AlreadyPublished, BadPublicationTime],
        versioned=True,
    )
    def publish_article(self, slug: str, body: PublishArticle) -> Wire[Manuscript]:
        """Publish an article, at once or at a later time."""
        return self.content.publish_article(slug=slug, publication=body)

    @endpoint(
        "DELETE",
        "/api/v1/articles/{slug}/publication",
        query=WithdrawArticle,
        returns=Manuscript,
        allow=[Role.EDITOR],
        errors=[NotFound],
    )
    def withdraw_article(self, slug: str, query: WithdrawArticle) -> Wire[Manuscript]:
        """Withdraw an article, or cancel its schedule. Its address answers 410 from then on."""
        return self.content.withdraw_article(slug=slug, withdrawal=query)
