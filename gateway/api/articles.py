"""What is read."""

from __future__ import annotations

from typing import Any

from chassis.cursors import BadCursor
from chassis.errors import NotFound
from chassis.pagination import page_of
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
    def list_articles(self, query: ArticleQuery) -> Any:
        """Articles, the newest first; by words, topics and languages."""
        return self.content.list_articles(query=query)

    @endpoint(
        "GET",
        "/api/v1/articles/{slug}",
        returns=Article,
        errors=[NotFound],
        cached=Cached(not_kept),
    )
    def get_article(self, slug: str) -> Any:
        """One article with its references."""
        return self.content.get_article(slug=slug)
