"""Articles: published by editors, read by everybody, with where their statements come from."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from chassis.errors import Forbidden, Invalid, NotFound, Unauthenticated
from chassis.schemas import Reading, load
from contracts import content as contract
from contracts.content import (
    ArticlePublished,
    ArticleQuery,
    ArticleSummary,
    SlugTaken,
    WriteArticle,
)
from contracts.inputs.words import BadWords
from firststep.commands.seed import demo_articles
from tests.content.builders import an_article
from tests.support.service_client import NOBODY, Talking, at_once, somebody

DEMO_ARTICLES = list(demo_articles())


def publish(content: Talking, article: WriteArticle, key: str | None = None) -> contract.Article:
    answer = content.asked_by(somebody("editor"), key).publish_article(article=article)
    return load(contract.Article, answer, Reading.WIRE)


def get(content: Talking, slug: str) -> contract.Article:
    answer = content.asked_by(NOBODY).get_article(slug=slug)
    return load(contract.Article, answer, Reading.WIRE)


# The rule


# The service


def test_what_an_editor_publishes_everybody_reads(content: Talking) -> None:
    written = an_article()
    published = publish(content, written)
    assert get(content, written.slug) == published
    assert published.body == written.body
    [told] = content.told(ArticlePublished, published.id)
    assert (told.slug, told.topics) == (written.slug, written.topics)


def test_references_are_kept_in_order_with_all_that_they_say(content: Talking) -> None:
    written = an_article()
    publish(content, written)
    assert get(content, written.slug).references == written.references


def test_only_editors_publish(content: Talking) -> None:
    for role in ("client", "specialist", "marketing", "admin"):
        with pytest.raises(Forbidden):
            content.asked_by(somebody(role)).publish_article(article=an_article())
    with pytest.raises(Unauthenticated):
        content.asked_by(NOBODY).publish_article(article=an_article())


def test_a_slug_belongs_to_one_article(content: Talking) -> None:
    first = an_article(title="The first")
    publish(content, first)
    with pytest.raises(SlugTaken):
        publish(content, an_article(slug=first.slug, title="Another"))
    assert get(content, first.slug).title == "The first"


def test_of_several_articles_published_under_one_slug_at_once_exactly_one_is(
    content: Talking,
) -> None:
    slug = an_article().slug
    outcomes = at_once([partial(publish, content, an_article(slug=slug)) for _ in range(5)])
    assert len([each for each in outcomes if isinstance(each, SlugTaken)]) == 4, outcomes


def test_a_repeated_call_publishes_once(content: Talking) -> None:
    written, editor = an_article(), somebody("editor")
    answers = [
        content.asked_by(editor, key="once").publish_article(article=written) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(content.told(ArticlePublished, answers[0]["id"])) == 1


@pytest.mark.parametrize(
    "slug", ["Upper", "two words", "-dash", "dash-", "", "ä", "line\n", "a" * 101]
)
def test_a_slug_that_does_not_fit_an_address_is_refused(content: Talking, slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(content, an_article(slug=slug))
    assert [each.field for each in refusal.value.errors] == ["article.slug"]


def test_an_unknown_slug_is_not_found(content: Talking) -> None:
    with pytest.raises(NotFound):
        get(content, "no-such-article")


def test_articles_are_listed_newest_first_page_by_page_without_their_text(
    content: Talking,
) -> None:
    published = [publish(content, an_article()).id for _ in range(5)]
    found, cursor = [], None
    for _ in range(3):
        page = content.asked_by(NOBODY).list_articles(query=ArticleQuery(cursor=cursor, limit=2))
        assert "body" not in page["items"][0]
        found += [load(ArticleSummary, each, Reading.WIRE).id for each in page["items"]]
        cursor = page["next"]
    assert found[:5] == published[::-1]


# Looking for them


def titles(content: Talking, **query: Any) -> list[str]:
    page = content.asked_by(NOBODY).list_articles(query=ArticleQuery(**query))
    return [each["title"] for each in page["items"]]


@pytest.fixture
def mark(content: Talking) -> str:
    """A word that these articles alone have."""
    mark = f"m{uuid4().hex[:12]}"
    articles: dict[str, dict[str, Any]] = {
        "Schlaf für Müde": {"language": "de", "topics": ["sleep"]},
        "Łódź and grief": {"topics": ["grief"]},
        "焦虑的人": {"language": "zh", "topics": ["anxiety", "grief"]},
    }
    for title, more in articles.items():
        publish(content, an_article(title=title, summary=mark, **more))
    return mark


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["焦虑的人", "Łódź and grief", "Schlaf für Müde"]),
        ("schl", ["Schlaf für Müde"]),
        ("fuer", ["Schlaf für Müde"]),
        ("fur MUEDE", ["Schlaf für Müde"]),
        ("lodz", ["Łódź and grief"]),
        ("grief", ["焦虑的人", "Łódź and grief"]),
        ("虑的", ["焦虑的人"]),
        ("虑人", []),
        ("chlaf", []),
        ("lo", []),
    ],
)
def test_all_words_must_be_there_however_they_are_typed(
    content: Talking, mark: str, words: str, found: list[str]
) -> None:
    assert titles(content, words=f"{mark} {words}") == found


@pytest.mark.parametrize("words", ["%", "x" * 41, "a b c d e f g h i j k"])
def test_words_that_can_not_be_looked_for_are_refused(content: Talking, words: str) -> None:
    with pytest.raises(BadWords):
        titles(content, words=words)


def test_any_topic_or_language_of_several_will_do(content: Talking, mark: str) -> None:
    both = ["焦虑的人", "Łódź and grief"]
    assert titles(content, words=mark, topic=["grief"]) == both
    assert titles(content, words=mark, topic=["grief", "sleep"], language=["de"]) == [
        "Schlaf für Müde"
    ]
    assert titles(content, words=mark, language=["zh", "en"]) == both
    assert titles(content, words=mark, topic=["sleep"], language=["zh"]) == []


def test_an_article_is_read_as_html_too(content: Talking) -> None:
    written = an_article(body="# Where\n\n`one` <script>")
    publish(content, written)
    html = get(content, written.slug).body_html
    assert html.strip() == "<h2>Where</h2>\n<p><code>one</code> &lt;script&gt;</p>"


# The demo's articles


def test_the_articles_of_the_demo_can_be_published(content: Talking) -> None:
    for article in DEMO_ARTICLES:
        assert publish(content, article).references == article.references
