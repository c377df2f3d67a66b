"""Articles: their rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import NotFound
from contracts.content import (
    AlreadyPublished,
    ArticleChanged,
    ArticleGone,
    ArticlePublished,
    ArticleWithdrawn,
    BadPublicationTime,
    ChangeArticle,
    WriteArticle,
)
from firststep.commands.seed import demo_articles
from services.content.articles import Article
from tests.content.builders import an_article

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
A_MOMENT, A_DAY = timedelta(microseconds=1), timedelta(days=1)
LATER = NOW + A_DAY
DEMO_ARTICLES = list(demo_articles())
CITED = re.compile(r"\[(\d+(?:, \d+)*)\]")


def published() -> Article:
    article = Article.write(an_article(), NOW)
    article.publish(NOW)
    return article


def test_what_is_written_is_a_draft_that_readers_do_not_find() -> None:
    written = an_article()
    draft = Article.write(written, NOW).to_manuscript()
    assert (draft.status, draft.published_at, draft.changed_at) == ("draft", None, NOW)
    assert (draft.slug, draft.title, draft.body) == (written.slug, written.title, written.body)
    assert draft.references == written.references
    with pytest.raises(NotFound):
        Article.write(written, NOW).require_public()


def test_publishing_is_told_without_the_text() -> None:
    written = an_article()
    article = Article.write(written, NOW)
    assert article.publish(LATER) == [
        ArticlePublished(
            article_id=article.id,
            version=2,
            slug=written.slug,
            former_slugs=[],
            title=written.title,
            summary=written.summary,
            topics=written.topics,
            language="en",
        )
    ]
    article.require_public()
    assert article.to_summary().published_at == LATER
    assert article.publish(LATER + A_DAY) == []
    assert article.to_resource().published_at == LATER


def test_a_change_is_told_of_a_published_article_alone() -> None:
    draft, public = Article.write(an_article(), NOW), published()
    change = ChangeArticle(title="Another", body="# New")
    assert draft.change(change, LATER) == []
    [told] = public.change(change, LATER)
    assert isinstance(told, ArticleChanged)
    assert (told.title, told.version) == ("Another", 3)
    for each in (draft, public):
        manuscript = each.to_manuscript()
        assert (manuscript.body_html, manuscript.changed_at) == ("<h2>New</h2>\n", LATER)
        assert manuscript.summary == "Where to start."


def test_what_makes_no_difference_is_no_change() -> None:
    article = published()
    version = article.version
    assert article.change(ChangeArticle(title=article.title, slug=article.slug), LATER) == []
    assert (article.version, article.changed_at) == (version, NOW)


def test_a_former_slug_is_kept_once_it_was_public_and_can_be_taken_back() -> None:
    article = published()
    first = article.slug
    [told] = article.change(ChangeArticle(slug="second"), LATER)
    assert isinstance(told, ArticleChanged)
    assert (told.slug, told.former_slugs) == ("second", [first])
    article.change(ChangeArticle(slug="third"), LATER)
    assert article.former_slugs == [first, "second"]
    article.change(ChangeArticle(slug=first), LATER)
    assert (article.slug, article.former_slugs) == (first, ["second", "third"])


def test_a_slug_that_was_never_public_is_given_up() -> None:
    article = Article.write(an_article(), NOW)
    article.change(ChangeArticle(slug="second"), LATER)
    assert (article.slug, article.former_slugs) == ("second", [])


@pytest.mark.parametrize("publish_at", [NOW, NOW - A_DAY])
def test_it_is_scheduled_for_a_time_ahead_alone(publish_at: datetime) -> None:
    with pytest.raises(BadPublicationTime) as refusal:
        Article.write(an_article(), NOW).schedule(publish_at, NOW)
    [error] = refusal.value.errors
    assert (error.field, error.value) == ("publish_at", publish_at.isoformat())
    assert NOW.isoformat() in error.detail


def test_a_published_one_is_withdrawn_before_it_is_scheduled() -> None:
    article = published()
    with pytest.raises(AlreadyPublished):
        article.schedule(LATER, NOW)
    article.withdraw("", NOW)
    article.schedule(LATER, NOW)
    assert article.status == "scheduled"


def test_a_scheduled_one_is_published_when_its_time_has_come() -> None:
    article = Article.write(an_article(), NOW)
    article.schedule(LATER, NOW)
    assert article.publish_if_due(LATER - A_MOMENT) == []
    [told] = article.publish_if_due(LATER)
    assert isinstance(told, ArticlePublished)
    assert (article.published_at, article.publish_at) == (LATER, None)
    assert article.publish_if_due(LATER) == []


@pytest.mark.parametrize("was_public", [True, False])
def test_a_cancelled_schedule_leaves_what_was_before(was_public: bool) -> None:
    article = published() if was_public else Article.write(an_article(), NOW)
    before = "draft"
    if was_public:
        article.withdraw("Outdated.", NOW)
        before = "withdrawn"
    article.schedule(LATER, NOW)
    version = article.version
    assert article.withdraw("", NOW) == []
    assert (article.status, article.publish_at) == (before, None)
    assert article.version == version + 1
    assert article.publish_if_due(LATER) == []
    assert article.withdrawal_reason == ("Outdated." if was_public else "")


def test_readers_of_a_withdrawn_one_learn_why_until_it_is_published_again() -> None:
    article = published()
    [told] = article.withdraw("Replaced by a newer one.", LATER)
    assert isinstance(told, ArticleWithdrawn)
    assert (told.version, told.slug) == (3, article.slug)
    article.schedule(LATER + A_DAY, LATER)
    with pytest.raises(ArticleGone) as refusal:
        article.require_public()
    assert refusal.value.members() == {"reason": "Replaced by a newer one."}
    [again] = article.publish_if_due(LATER + A_DAY)
    assert isinstance(again, ArticlePublished)
    assert again.version > told.version
    article.require_public()
    assert (article.withdrawn_at, article.withdrawal_reason) == (None, "")


def test_withdrawn_again_it_takes_another_reason() -> None:
    article = published()
    article.withdraw("Outdatd.", LATER)
    version = article.version
    for reason in ("Outdated.", "Outdated.", ""):
        assert article.withdraw(reason, LATER + A_DAY) == []
        assert (article.withdrawal_reason, article.withdrawn_at) == ("Outdated.", LATER)
        assert article.version == version + 1


def test_withdrawing_a_draft_changes_nothing() -> None:
    article = Article.write(an_article(), NOW)
    assert article.withdraw("Outdated.", LATER) == []
    assert (article.status, article.version, article.withdrawal_reason) == ("draft", 1, "")


def test_the_demo_has_something_to_read() -> None:
    for language in ("en", "de"):
        assert len([each for each in DEMO_ARTICLES if each.language == language]) >= 4
    assert len({article.slug for article in DEMO_ARTICLES}) == len(DEMO_ARTICLES)


EACH_DEMO_ARTICLE = pytest.mark.parametrize(
    "article", DEMO_ARTICLES, ids=lambda article: str(article.slug)
)


@EACH_DEMO_ARTICLE
def test_each_article_of_the_demo_reads_as_the_site_does(article: WriteArticle) -> None:
    assert 500 <= len(article.body.split()) <= 900
    assert article.body.count("\n## ") >= 4
    assert "!" not in f"{article.title} {article.summary} {article.body}"


@EACH_DEMO_ARTICLE
def test_each_article_of_the_demo_cites_where_its_statements_come_from(
    article: WriteArticle,
) -> None:
    assert article.references
    for reference in article.references:
        assert reference.url, reference
        assert reference.year or reference.source, reference
    cited = {int(each) for found in CITED.findall(article.body) for each in found.split(",")}
    assert cited == set(range(1, len(article.references) + 1))
