"""What content can be asked."""

from __future__ import annotations

from sqlalchemy import select

from chassis.container import caller_of_this
from chassis.errors import NotFound
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.store import Store
from chassis.times import utc_now
from contracts import content as contract
from contracts.content import ArticleSummary, WriteArticle
from contracts.profiles.accounts import Role
from services.content.articles import Article
from services.content.base import Base


class ContentService:
    name = "content"
    store = Store(Base)
    caller = caller_of_this()

    @rpc
    def publish_article(self, article: WriteArticle) -> contract.Article:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            published, event = Article.publish(article, utc_now())
            tx.add(published)
            tx.emit(event)
            return tx.reply(published.to_resource())

    @rpc
    def list_articles(self, page: PageQuery) -> Page[ArticleSummary]:
        with self.store.reading() as session:
            return newest_first(session, select(Article), Article.id, page, Article.to_summary)

    @rpc
    def get_article(self, slug: str) -> contract.Article:
        with self.store.reading() as session:
            article = session.scalar(select(Article).where(Article.slug == slug))
        if article is None:
            raise NotFound(f"there is no article {slug!r}")
        return article.to_resource()
