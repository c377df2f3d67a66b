"""The content service: RPC methods, subscriptions and schedules."""

from __future__ import annotations

from uuid import UUID

import structlog

from chassis import markdown
from chassis.database.transaction import Transaction
from chassis.messaging import erasure
from chassis.messaging.subscribe import subscribe
from chassis.pagination import Page, by_time, newest_first
from chassis.preconditions import require_current
from chassis.rpc.server import rpc
from chassis.runtime.container import current_caller
from chassis.scheduling.every import every
from chassis.scheduling.for_each import for_each
from chassis.store import Store
from chassis.times import utc_now
from contracts import content as contract
from contracts.content import (
    ArticleQuery,
    ArticleStatus,
    ArticleSummary,
    ChangeArticle,
    ContentData,
    Manuscript,
    ManuscriptQuery,
    ManuscriptSummary,
    PersonalDataErased,
    PublishArticle,
    RenderedText,
    RenderText,
    WithdrawArticle,
    WriteArticle,
)
from contracts.profiles.accounts import Role
from contracts.profiles.privacy import AccountErased
from services.content import queries, search, slugs
from services.content.articles import Article
from services.content.base import Base

log = structlog.get_logger()


class ContentService:
    name = "content"
    store = Store(Base)
    caller = current_caller()

    # Readers

    @rpc
    def list_articles(self, query: ArticleQuery) -> Page[ArticleSummary]:
        matching = search.matching(query)
        with self.store.reading() as session:
            return by_time(
                session,
                matching,
                Article.published_at,
                Article.id,
                query,
                Article.to_summary,
                latest_first=True,
            )

    @rpc
    def get_article(self, slug: str) -> contract.Article:
        """An article by its present slug or a former one."""
        with self.store.reading() as session:
            article = queries.find_article(session, slug)
        article.require_public()
        return article.to_resource()

    # Editors

    @rpc
    def list_manuscripts(self, query: ManuscriptQuery) -> Page[ManuscriptSummary]:
        self.caller.with_role(Role.EDITOR)
        matching, resource = queries.manuscripts(query), Article.to_manuscript_summary
        with self.store.reading() as session:
            return newest_first(session, matching, Article.id, query, resource)

    @rpc
    def get_manuscript(self, slug: str) -> Manuscript:
        self.caller.with_role(Role.EDITOR)
        with self.store.reading() as session:
            return queries.find_article(session, slug).to_manuscript()

    @rpc
    def render_text(self, text: RenderText) -> RenderedText:
        self.caller.with_role(Role.EDITOR)
        return RenderedText(body_html=markdown.to_html(text.body))

    @rpc
    def write_article(self, article: WriteArticle) -> Manuscript:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            draft = Article.write(article, utc_now())
            slugs.claim(tx, draft)
            tx.add(draft)
            search.index_article(tx, draft)
            return tx.reply(self._logged("article_written", draft))

    @rpc
    def change_article(self, slug: str, change: ChangeArticle) -> Manuscript:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            article = queries.lock_article(tx, slug)
            require_current(article.to_manuscript())
            terms = search.terms_of(article)
            tx.emit(*article.change(change, utc_now()))
            slugs.claim(tx, article)
            search.index_article(tx, article, terms)
            return tx.reply(self._logged("article_changed", article))

    @rpc
    def publish_article(self, slug: str, publication: PublishArticle) -> Manuscript:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            article, now = queries.lock_article(tx, slug), utc_now()
            require_current(article.to_manuscript())
            if publication.publish_at is None:
                tx.emit(*article.publish(now))
                return tx.reply(self._logged("article_published", article))
            article.schedule(publication.publish_at, now)
            return tx.reply(self._logged("article_scheduled", article))

    @rpc
    def withdraw_article(self, slug: str, withdrawal: WithdrawArticle) -> Manuscript:
        self.caller.with_role(Role.EDITOR)
        with self.store.transaction() as tx:
            article = queries.lock_article(tx, slug)
            was_scheduled = article.status == ArticleStatus.SCHEDULED
            tx.emit(*article.withdraw(withdrawal.reason, utc_now()))
            done = "article_schedule_cancelled" if was_scheduled else "article_withdrawn"
            return tx.reply(self._logged(done, article))

    @every(seconds=10)
    def publish_scheduled_articles(self) -> None:
        with self.store.reading() as session:
            due = list(session.scalars(queries.due(utc_now())))
        for_each(due, self._publish_scheduled)

    def _publish_scheduled(self, article_id: UUID) -> None:
        with self.store.transaction() as tx:
            tx.emit(*tx.lock(Article, article_id).publish_if_due(utc_now()))

    def _logged(self, event: str, article: Article) -> Manuscript:
        """The article as editors see it. No table says which editor did what: the log does."""
        log.info(
            event,
            article=str(article.id),
            status=str(article.status),
            version=article.version,
            account=str(self.caller.known()),
        )
        return article.to_manuscript()

    # Privacy

    @rpc
    def export_personal_data(self) -> ContentData:
        self.caller.known()
        return ContentData()

    @subscribe(AccountErased)
    def erase_account(self, event: AccountErased, tx: Transaction) -> None:
        """Articles name no author, so only messages can contain the account's id."""
        tx.mark_erased(event.account_id)

    @every(seconds=5, quiet_s=30)
    def finish_erasures(self) -> None:
        erasure.finish(
            self.store,
            lambda tx, id: None,
            lambda id: PersonalDataErased(account_id=id),
        )
