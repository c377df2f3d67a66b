"""What is read."""

from __future__ import annotations

from typing import Any

from chassis.errors import NotFound
from chassis.pages import BadCursor, PageQuery, page_of
from contracts.content import Article, ArticleSummary
from gateway.api.base import Api
from gateway.cache import Cached, not_kept
from gateway.endpoint import endpoint


class ArticlesApi(Api):
    @endpoint(
        "GET",
        "/api/v1/articles",
        query=PageQuery,
        returns=page_of(ArticleSummary),
        errors=[BadCursor],
        cached=Cached(not_kept),
    )
    def list_articles(self, query: PageQuery) -> Any:
        """Articles, the newest first."""
        return self.content.list_articles(page=query)

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
