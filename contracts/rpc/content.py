"""RPC client of content: articles."""

from __future__ import annotations

from chassis.pagination import Page
from chassis.rpc.client import RpcClient, Wire
from contracts.content import Article, ArticleQuery, ArticleSummary, ContentData, WriteArticle


class Content(RpcClient):
    service = "content"

    def publish_article(self, *, article: WriteArticle) -> Wire[Article]:
        """Publish an article, as an editor."""

    def list_articles(self, *, query: ArticleQuery) -> Wire[Page[ArticleSummary]]:
        """Articles that match, the newest first."""

    def get_article(self, *, slug: str) -> Wire[Article]: ...

    def export_personal_data(self) -> Wire[ContentData]: ...
