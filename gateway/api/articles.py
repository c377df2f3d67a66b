"""Articles, with their references."""

from __future__ import annotations

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import Page, page_of
from chassis.rpc.client import Wire
from contracts.content import Article, ArticleQuery, ArticleSummary
from contracts.inputs.words import BadWords
from gateway.api.base import Api
from gateway.cache import Cached, not_kept
from gateway.http.endpoint import endpoint


class ArticlesApi(Api):
    @endpoint(
        "GET",
        "/api/v1/articles",
        query=ArticleQuery,
        returns=page_of(ArticleSummary),
        errors=[BadCursor, BadWords],
        cached=Cached(not_kept),
    )
    def list_articles(self, query: ArticleQuery) -> Wire[Page[ArticleSummary]]:
        """List articles by words, topics and languages, the newest first."""
        return self.content.list_articles(query=query)

    @endpoint(
        "GET",
        "/api/v1/articles/{slug}",
        returns=Article,
        errors=[NotFound],
        cached=Cached(not_kept),
    )
    def get_article(self, slug: str) -> Wire[Article]:
        """One article with its references."""
        return self.content.get_article(slug=slug)
