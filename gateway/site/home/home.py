"""The first page: what the half hour is, who is free soon, something to read."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from chassis.errors import Unavailable
from contracts.content import ArticleQuery, ArticleSummary
from contracts.profiles.featuring import FeaturedPage, FeaturedQuery
from contracts.profiles.preferences import Language
from contracts.profiles.specialists import Specialist
from contracts.vocabulary import TOPICS
from gateway.cache import ARTICLES, FEATURED, Cached
from gateway.featured.listing import the_featured
from gateway.pages.page import page
from gateway.pages.visitor import Visitor
from gateway.site.times.zones import Zones

SHOWN = 3
"""Specialists and articles."""
TOPICS_SHOWN = (
    "anxiety",
    "depression",
    "sleep",
    "burnout",
    "grief",
    "stress",
    "couples",
    "trauma",
)


@dataclass(frozen=True)
class HomeShown:
    """``words``: the texts of ``home.toml``. ``visit``: the order of the featured, which links
    to their profiles bear."""

    words: Mapping[str, Any]
    topics: tuple[str, ...]
    topic_count: int
    featured: list[Specialist]
    visit: str
    zones: Mapping[UUID, str]
    articles: list[ArticleSummary]


def of_sight(arguments: Mapping[str, Any]) -> Collection[str] | None:
    """The page depends on the specialists that the visit begins with."""
    sight = arguments["visitor"].sight
    return None if sight is None else (FEATURED, ARTICLES, *map(str, sight.ids))


class HomePages(Zones):
    featured = the_featured()

    @page("/", template="home/home.html", cached=Cached(of_sight), indexed=True, featured=SHOWN)
    def home_page(self, visitor: Visitor) -> HomeShown:
        featured = self._featured_of_visit(visitor)
        return HomeShown(
            words=words(visitor.language),
            topics=TOPICS_SHOWN,
            topic_count=len(TOPICS),
            featured=featured.items,
            visit=featured.visit,
            zones=self.zones_of(featured.items, visitor),
            articles=self._latest_articles(visitor.language),
        )

    def _featured_of_visit(self, visitor: Visitor) -> FeaturedPage:
        """The first featured of the visit; none while profiles is away.

        Exposures are counted here only for a page that is not cached; a cached one counts with each
        answer, not when it is made.
        """
        visit = visitor.sight.token if visitor.sight else None
        try:
            page = self.featured.view(FeaturedQuery(visit=visit, limit=SHOWN))
        except Unavailable:
            return FeaturedPage(items=[], next=None, visit="")
        if visitor.sight is None:
            self.featured.exposures.shown(tuple(each.id for each in page.items))
        return page

    def _latest_articles(self, language: Language) -> list[ArticleSummary]:
        query = ArticleQuery(language=[language.value], limit=SHOWN)

        def ask() -> list[ArticleSummary]:
            return self.content.list_articles(query=query).load().items

        try:
            return self.reads.once("latest articles", language.value, [ARTICLES], ask)
        except Unavailable:
            return []


@cache
def words(language: Language) -> Mapping[str, Any]:
    source = files("gateway.site").joinpath("texts", language.value, "home.toml")
    return tomllib.loads(source.read_text())
