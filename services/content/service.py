"""The content service: RPC methods, subscriptions and schedules."""

from __future__ import annotations

from sqlalchemy import select

from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.messaging import erasure
from chassis.messaging.subscribe import subscribe
from chassis.pagination import Page, newest_first
from chassis.rpc.server import rpc
from chassis.runtime.container import current_caller
from chassis.scheduling.every import every
from chassis.store import Store
from chassis.times import utc_now
from contracts import content as contract
from contracts.content import (
    ArticleQuery,
    ArticleSummary,
    ContentData,
    PersonalDataErased,
    WriteArticle,
)
from contracts.profiles.accounts import Role
from contracts.profiles.privacy import AccountErased
from services.content import search
from services.content.articles import Article
from services.content.base import Base


class ContentService:
    name = "content"
    store = Store(Base)
    caller = current_caller()

    @rpc
    def publish_article(self, article: WriteArticle) -> contract.Article:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            published, event = Article.publish(article, utc_now())
            tx.add(published)
            search.index_article(tx, published)
            tx.emit(event)
            return tx.reply(published.to_resource())

    @rpc
    def list_articles(self, query: ArticleQuery) -> Page[ArticleSummary]:
        matching = search.matching(query)
        with self.store.reading() as session:
            return newest_first(session, matching, Article.id, query, Article.to_summary)

    @rpc
    def get_article(self, slug: str) -> contract.Article:
        with self.store.reading() as session:
            article = session.scalar(select(Article).where(Article.slug == slug))
        if article is None:
            raise NotFound("There is no article at this address.")
        return article.to_resource()

    # Privacy

    @rpc
    def export_personal_data(self) -> ContentData:
        self.caller.known()
        return ContentData()

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        """Articles name no author, so only messages can contain the account's id."""
        tx.mark_erased(event.account_id)

    @every(seconds=5)
    def finish_erasures(self) -> None:
        erasure.finish(
            self.store,
            lambda tx, id: None,
            lambda id: PersonalDataErased(account_id=id),
        )
