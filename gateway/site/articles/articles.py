"""Pages of articles: to find one, and to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from chassis.cursors import BadCursor
from chassis.errors import NotFound, Unavailable
from contracts.content import Article, ArticleGone, ArticleQuery, ArticleSummary
from contracts.inputs.words import BadWords
from contracts.profiles.discovery import SearchSpecialists
from contracts.profiles.preferences import Language
from contracts.vocabulary import TOPICS
from gateway.cache import (
    ARTICLES,
    LISTED,
    Cached,
    first_page_of_articles,
    of_article,
)
from gateway.pages.answers import Moved
from gateway.pages.page import page
from gateway.pages.reads import page_reads
from gateway.pages.site import site_url
from gateway.pages.visitor import Visitor
from gateway.site.articles.texts import ArticleText, text_of
from gateway.site.times.zones import Zones

ON_A_PAGE = 12
RELATED = 3


@dataclass(frozen=True, kw_only=True)
class ArticlesPageQuery(ArticleQuery):
    """A search of articles; without a language, in that of the page."""

    limit: int = ON_A_PAGE


@dataclass(frozen=True)
class ArticlesShown:
    """``topics``: keys to choose from. ``next``: the cursor of the next page."""

    query: ArticlesPageQuery
    articles: list[ArticleSummary]
    topics: list[str]
    next: str | None


@dataclass(frozen=True)
class Share:
    """A link that shares the article on another site."""

    name: str
    url: str


@dataclass(frozen=True)
class ArticleShown:
    """``free``: how many specialists for its first topic have a half hour soon, ``None`` where
    that is not known. ``structured``: schema.org's Article."""

    article: Article
    text: ArticleText
    related: list[ArticleSummary]
    free: int | None
    shares: list[Share]
    structured: dict[str, Any]


class ArticlePages(Zones):
    reads = page_reads()
    public_url = site_url()

    @page(
        "/articles",
        query=ArticlesPageQuery,
        template="articles/list.html",
        errors=[BadCursor, BadWords],
        cached=Cached(first_page_of_articles),
        indexed=True,
    )
    def articles_page(self, query: ArticlesPageQuery, visitor: Visitor) -> ArticlesShown:
        asked = ArticleQuery(
            words=query.words,
            topic=query.topic,
            language=query.language or [visitor.language.value],
            cursor=query.cursor,
            limit=ON_A_PAGE,
        )
        found = self.content.list_articles(query=asked).load()
        return ArticlesShown(query, found.items, sorted(TOPICS), found.next)

    @page(
        "/articles/{slug}",
        template="articles/one.html",
        errors=[NotFound, ArticleGone],
        cached=Cached(of_article),
        indexed=True,
    )
    def article_page(self, slug: str, visitor: Visitor) -> ArticleShown | Moved:
        article = self.content.get_article(slug=slug).load()
        if article.slug != slug:
            return Moved(to=f"/articles/{article.slug}")
        label = visitor.gettext("Reference %(number)s")
        url = self.public_url + visitor.to(f"/articles/{slug}", page_language(article.language))
        return ArticleShown(
            article=article,
            text=text_of(article.body_html, len(article.references), label),
            related=self._related_articles(article),
            free=self._free_for_topic(article),
            shares=shares_of(url, article.title),
            structured=structured_article(article, url),
        )

    def _related_articles(self, article: Article) -> list[ArticleSummary]:
        """Others about one of its topics, in its language."""

        def ask() -> list[ArticleSummary]:
            query = ArticleQuery(
                topic=article.topics, language=[article.language], limit=RELATED + 1
            )
            return self.content.list_articles(query=query).load().items

        variant = f"{article.language} {' '.join(article.topics)}"
        try:
            found = self.reads.once("related articles", variant, [ARTICLES], ask)
        except Unavailable:
            return []
        return [each for each in found if each.slug != article.slug][:RELATED]

    def _free_for_topic(self, article: Article) -> int | None:
        if not article.topics:
            return None
        topic = article.topics[0]

        def ask() -> int:
            query = SearchSpecialists(topic=[topic], free_consultation=True, limit=1)
            return self.profiles.search_specialists(query=query).load().total

        try:
            return self.reads.once("specialists of topic", topic, [LISTED], ask)
        except Unavailable:
            return None


def page_language(written_in: str) -> Language:
    """The language of the page that an article belongs to; English for one in another language."""
    return Language(written_in) if written_in in list(Language) else Language.EN


def shares_of(url: str, title: str) -> list[Share]:
    """Plain links: no script of another site."""
    link, text = quote(url, safe=""), quote(f"{title} {url}", safe="")
    return [
        Share("WhatsApp", f"https://wa.me/?text={text}"),
        Share("Bluesky", f"https://bsky.app/intent/compose?text={text}"),
        Share("LinkedIn", f"https://www.linkedin.com/sharing/share-offsite/?url={link}"),
    ]


def structured_article(article: Article, url: str) -> dict[str, Any]:
    """The article for machines (schema.org), with what it cites."""
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": article.title,
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at,
        "dateModified": article.changed_at,
        "mainEntityOfPage": url,
        "citation": [
            {
                "@type": "CreativeWork",
                "name": each.title,
                **({"author": each.authors} if each.authors else {}),
                **({"datePublished": str(each.year)} if each.year else {}),
                **({"url": each.url} if each.url else {}),
            }
            for each in article.references
        ],
    }
