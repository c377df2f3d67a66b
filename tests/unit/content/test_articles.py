"""Articles: their rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.content import (
    ArticlePublished,
    WriteArticle,
)
from firststep.commands.seed import demo_articles
from services.content.articles import Article
from tests.content.builders import an_article

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DEMO_ARTICLES = list(demo_articles())


def test_publishing_is_told_without_the_text() -> None:
    written = an_article()
    article, event = Article.publish(written, NOW)
    assert event == ArticlePublished(
        article_id=article.id,
        slug=written.slug,
        title=written.title,
        summary=written.summary,
        topics=written.topics,
        language="en",
    )
    assert article.to_summary().published_at == NOW


def test_an_article_is_read_as_it_was_written() -> None:
    written = an_article()
    read = Article.publish(written, NOW)[0].to_resource()
    assert (read.slug, read.title, read.summary) == (written.slug, written.title, written.summary)
    assert (read.body, read.topics) == (written.body, written.topics)
    assert read.references == written.references


def test_the_demo_has_something_to_read() -> None:
    assert len(DEMO_ARTICLES) >= 3
    assert len({article.slug for article in DEMO_ARTICLES}) == len(DEMO_ARTICLES)


@pytest.mark.parametrize("article", DEMO_ARTICLES, ids=lambda article: str(article.slug))
def test_each_article_of_the_demo_says_where_its_statements_come_from(
    article: WriteArticle,
) -> None:
    assert article.references
    for reference in article.references:
        assert reference.url, reference
        assert reference.year or reference.source, reference
