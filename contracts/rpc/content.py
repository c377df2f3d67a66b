"""RPC client of content: articles, for readers and for editors."""

from __future__ import annotations

from chassis.pagination import Page
from chassis.rpc.client import RpcClient, Wire
from contracts.content import (
    Article,
    ArticleQuery,
    ArticleSummary,
    ChangeArticle,
    ContentData,
    Manuscript,
    ManuscriptQuery,
    ManuscriptSummary,
    PublishArticle,
    RenderedText,
    RenderText,
    WithdrawArticle,
    WriteArticle,
)


class Content(RpcClient):
    service = "content"

    # Readers

    def list_articles(self, *, query: ArticleQuery) -> Wire[Page[ArticleSummary]]:
        """Published articles that match, the latest first."""

    def get_article(self, *, slug: str) -> Wire[Article]:
        """An article by its present slug or a former one. Raises ``NotFound`` and
        ``ArticleGone``."""

    # Editors

    def list_manuscripts(self, *, query: ManuscriptQuery) -> Wire[Page[ManuscriptSummary]]:
        """Articles of every status, the newest first."""

    def get_manuscript(self, *, slug: str) -> Wire[Manuscript]: ...

    def render_text(self, *, text: RenderText) -> Wire[RenderedText]: ...

    def write_article(self, *, article: WriteArticle) -> Wire[Manuscript]:
        """Write a draft."""

    def change_article(self, *, slug: str, change: ChangeArticle) -> Wire[Manuscript]: ...

    def publish_article(self, *, slug: str, publication: PublishArticle) -> Wire[Manuscript]:
        """Publish an article at once, or schedule it."""

    def withdraw_article(self, *, slug: str, withdrawal: WithdrawArticle) -> Wire[Manuscript]:
        """Withdraw a published article, or cancel the schedule of another one."""

    def export_personal_data(self) -> Wire[ContentData]: ...
