"""Articles: published by editors, read by everybody, with where their statements come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from chassis.errors import Forbidden, Invalid, NotFound, Unauthenticated
from chassis.preconditions import Stale, etag_of
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts import content as contract
from contracts.content import (
    ArticleChanged,
    ArticleGone,
    ArticlePublished,
    ArticleQuery,
    ArticleStatus,
    ArticleSummary,
    ArticleWithdrawn,
    ChangeArticle,
    Manuscript,
    ManuscriptQuery,
    PublishArticle,
    RenderText,
    SlugTaken,
    WithdrawArticle,
    WriteArticle,
)
from contracts.inputs.words import BadWords
from firststep.commands.seed import demo_articles
from services.content.queries import lock_article
from services.content.service import ContentService
from tests.content.builders import an_article
from tests.support.service_client import NOBODY, Talking, at_once, somebody

DEMO_ARTICLES = list(demo_articles())


def draft(content: Talking, article: WriteArticle, key: str | None = None) -> Manuscript:
    answer = content.asked_by(somebody("editor"), key).write_article(article=article)
    return load(Manuscript, answer, Reading.WIRE)


def publish(content: Talking, article: WriteArticle) -> contract.Article:
    set_publication(content, draft(content, article).slug)
    return get(content, article.slug)


def set_publication(
    content: Talking, slug: str, publish_at: datetime | None = None, if_match: str | None = None
) -> Manuscript:
    editor = content.asked_by(somebody("editor"), if_match=if_match)
    publication = PublishArticle(publish_at=publish_at)
    answer = editor.publish_article(slug=slug, publication=publication)
    return load(Manuscript, answer, Reading.WIRE)


def change(
    content: Talking, slug: str, /, if_match: str | None = None, **changes: Any
) -> Manuscript:
    editor = content.asked_by(somebody("editor"), if_match=if_match)
    answer = editor.change_article(slug=slug, change=ChangeArticle(**changes))
    return load(Manuscript, answer, Reading.WIRE)


def withdraw(content: Talking, slug: str, reason: str = "") -> Manuscript:
    withdrawal = WithdrawArticle(reason=reason)
    answer = content.asked_by(somebody("editor")).withdraw_article(slug=slug, withdrawal=withdrawal)
    return load(Manuscript, answer, Reading.WIRE)


def manuscript(content: Talking, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = content.asked_by(somebody("editor")).get_manuscript(slug=slug)
    return found


def let_the_clock_look(content: Talking) -> None:
    clocks = ContentService()
    clocks.store = content.store
    clocks.publish_scheduled_articles()


def let_its_time_come(content: Talking, slug: str) -> None:
    with content.store.transaction() as tx:
        article = lock_article(tx, slug)
        article.publish_at = utc_now() - timedelta(seconds=1)


def get(content: Talking, slug: str) -> contract.Article:
    answer = content.asked_by(NOBODY).get_article(slug=slug)
    return load(contract.Article, answer, Reading.WIRE)


def test_what_an_editor_publishes_everybody_reads(content: Talking) -> None:
    written = an_article()
    published = publish(content, written)
    assert get(content, written.slug) == published
    assert published.body == written.body
    [told] = content.told(ArticlePublished, published.id)
    assert (told.slug, told.topics) == (written.slug, written.topics)


def test_a_draft_is_for_editors_alone(content: Talking) -> None:
    written = an_article(title=f"m{uuid4().hex}")
    drafted = draft(content, written)
    with pytest.raises(NotFound):
        get(content, written.slug)
    assert titles(content, words=written.title) == []
    assert content.told(ArticlePublished, drafted.id) == []
    assert load(Manuscript, manuscript(content, written.slug), Reading.WIRE) == drafted


def test_references_are_kept_in_order_with_all_that_they_say(content: Talking) -> None:
    written = an_article()
    publish(content, written)
    assert get(content, written.slug).references == written.references


def test_only_editors_edit(content: Talking) -> None:
    slug = publish(content, an_article()).slug
    editing: dict[str, dict[str, Any]] = {
        "write_article": {"article": an_article()},
        "change_article": {"slug": slug, "change": ChangeArticle(title="New")},
        "publish_article": {"slug": slug, "publication": PublishArticle()},
        "withdraw_article": {"slug": slug, "withdrawal": WithdrawArticle()},
        "get_manuscript": {"slug": slug},
        "list_manuscripts": {"query": ManuscriptQuery()},
        "render_text": {"text": RenderText(body="Text.")},
    }
    for method, arguments in editing.items():
        for role in ("client", "specialist", "marketing", "admin"):
            with pytest.raises(Forbidden):
                getattr(content.asked_by(somebody(role)), method)(**arguments)
        with pytest.raises(Unauthenticated):
            getattr(content.asked_by(NOBODY), method)(**arguments)


def test_a_slug_belongs_to_one_article(content: Talking) -> None:
    first = an_article(title="The first")
    publish(content, first)
    with pytest.raises(SlugTaken):
        publish(content, an_article(slug=first.slug, title="Another"))
    assert get(content, first.slug).title == "The first"


def test_of_several_articles_written_under_one_slug_at_once_exactly_one_is(
    content: Talking,
) -> None:
    slug = an_article().slug
    outcomes = at_once([partial(draft, content, an_article(slug=slug)) for _ in range(5)])
    assert len([each for each in outcomes if isinstance(each, SlugTaken)]) == 4, outcomes


def test_a_repeated_call_writes_once(content: Talking) -> None:
    written, editor = an_article(), somebody("editor")
    answers = [
        content.asked_by(editor, key="once").write_article(article=written) for _ in range(2)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "slug", ["Upper", "two words", "-dash", "dash-", "", "ä", "line\n", "a" * 101]
)
def test_a_slug_that_does_not_fit_an_address_is_refused(content: Talking, slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        draft(content, an_article(slug=slug))
    assert [each.field for each in refusal.value.errors] == ["article.slug"]


def test_an_unknown_slug_is_not_found(content: Talking) -> None:
    with pytest.raises(NotFound):
        get(content, "no-such-article")


def test_articles_are_listed_latest_first_page_by_page_without_their_text(
    content: Talking,
) -> None:
    drafts = [draft(content, an_article()) for _ in range(5)][::-1]
    published = [set_publication(content, each.slug).id for each in drafts]
    found, cursor = [], None
    for _ in range(3):
        page = content.asked_by(NOBODY).list_articles(query=ArticleQuery(cursor=cursor, limit=2))
        assert "body" not in page["items"][0]
        found += [load(ArticleSummary, each, Reading.WIRE).id for each in page["items"]]
        cursor = page["next"]
    assert found[:5] == published[::-1]


# Changing, scheduling and withdrawing


def test_a_change_is_public_at_once_and_told(content: Talking) -> None:
    slug, mark = publish(content, an_article()).slug, f"m{uuid4().hex}"
    changed = change(content, slug, title=mark, body="# New", topics=["sleep"], language="de")
    read = get(content, slug)
    assert (read.title, read.body_html, read.topics) == (mark, "<h2>New</h2>\n", ["sleep"])
    assert read.changed_at == changed.changed_at > read.published_at
    assert titles(content, words=mark, topic=["sleep"], language=["de"]) == [mark]
    assert titles(content, words=mark, topic=["anxiety"]) == []
    [told] = content.told(ArticleChanged, changed.id)
    assert (told.title, told.language) == (mark, "de")


def test_what_was_written_before_is_no_longer_found(content: Talking) -> None:
    mark = f"m{uuid4().hex}"
    slug = publish(content, an_article(summary=mark)).slug
    change(content, slug, summary="Without it.")
    assert titles(content, words=mark) == []
    change(content, slug, summary=mark)
    assert titles(content, words=mark) == ["First steps"]


def test_a_former_slug_leads_to_the_article_and_to_no_other(content: Talking) -> None:
    first, second = an_article().slug, an_article().slug
    id = publish(content, an_article(slug=first)).id
    change(content, first, slug=second)
    assert get(content, first).slug == second
    for slug in (first, second):
        with pytest.raises(SlugTaken):
            draft(content, an_article(slug=slug))
    other = draft(content, an_article())
    with pytest.raises(SlugTaken):
        change(content, other.slug, slug=first)
    assert change(content, first, slug=first).former_slugs == [second]
    assert [each.former_slugs for each in content.told(ArticleChanged, id)] == [[first], [second]]


def test_the_slug_of_a_draft_is_free_again_once_it_was_given_up(content: Talking) -> None:
    first, second = an_article().slug, an_article().slug
    draft(content, an_article(slug=first))
    change(content, first, slug=second)
    assert draft(content, an_article(slug=first)).slug == first


def test_of_several_articles_that_want_one_slug_at_once_one_gets_it(content: Talking) -> None:
    wanted, drafts = an_article().slug, [draft(content, an_article()) for _ in range(4)]
    outcomes = at_once([partial(change, content, each.slug, slug=wanted) for each in drafts])
    assert len([each for each in outcomes if isinstance(each, SlugTaken)]) == 3, outcomes


def test_a_write_over_what_another_editor_changed_is_stale(content: Talking) -> None:
    slug = draft(content, an_article()).slug
    seen = etag_of(Manuscript, manuscript(content, slug))
    set_publication(content, slug)  # makes no text stale
    change(content, slug, if_match=seen, title="One")
    with pytest.raises(Stale):
        change(content, slug, if_match=seen, title="Another")
    withdraw(content, slug)
    with pytest.raises(Stale):
        set_publication(content, slug, if_match=seen)
    assert manuscript(content, slug)["title"] == "One"


def test_published_and_changed_at_once_it_is_both(content: Talking) -> None:
    drafted = draft(content, an_article())
    publishing = [partial(set_publication, content, drafted.slug) for _ in range(3)]
    changing = partial(change, content, drafted.slug, title="Changed")
    outcomes = at_once([*publishing, changing])
    assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
    assert get(content, drafted.slug).title == "Changed"
    [published] = content.told(ArticlePublished, drafted.id)
    changes = content.told(ArticleChanged, drafted.id)
    told: list[Any] = [published, *changes]
    assert max((each.version, each.title) for each in told)[1] == "Changed"


def test_a_scheduled_article_is_published_in_time_and_not_before(content: Talking) -> None:
    drafted = draft(content, an_article())
    set_publication(content, drafted.slug, utc_now() + timedelta(days=1))
    let_the_clock_look(content)
    with pytest.raises(NotFound):
        get(content, drafted.slug)
    let_its_time_come(content, drafted.slug)
    let_the_clock_look(content)
    let_the_clock_look(content)
    assert get(content, drafted.slug).published_at > drafted.changed_at
    assert len(content.told(ArticlePublished, drafted.id)) == 1


def test_what_was_rescheduled_after_the_clock_found_it_waits(content: Talking) -> None:
    slug = draft(content, an_article()).slug
    set_publication(content, slug, utc_now() + timedelta(days=1))
    with content.store.transaction() as tx:
        assert lock_article(tx, slug).publish_if_due(utc_now()) == []


def test_a_withdrawn_article_is_gone_with_its_reason_and_comes_back(content: Talking) -> None:
    mark = f"m{uuid4().hex}"
    article = publish(content, an_article(title=mark))
    withdraw(content, article.slug, "A newer guideline says otherwise.")
    with pytest.raises(ArticleGone) as refusal:
        get(content, article.slug)
    assert refusal.value.reason == "A newer guideline says otherwise."
    assert titles(content, words=mark) == []
    [told] = content.told(ArticleWithdrawn, article.id)
    set_publication(content, article.slug)
    assert get(content, article.slug).published_at > article.published_at
    first, again = content.told(ArticlePublished, article.id)
    assert first.version < told.version < again.version


def test_withdrawing_twice_is_told_once(content: Talking) -> None:
    article = publish(content, an_article())
    for _ in range(2):
        assert withdraw(content, article.slug).status == "withdrawn"
    assert len(content.told(ArticleWithdrawn, article.id)) == 1


def test_the_log_names_what_an_editor_did(content: Talking) -> None:
    with capture_logs() as logged:
        slug = draft(content, an_article()).slug
        change(content, slug, title="Another")
        set_publication(content, slug, utc_now() + timedelta(days=1))
        withdraw(content, slug)
        set_publication(content, slug)
        withdraw(content, slug)
    done = [(each["event"], each["status"]) for each in logged if "article" in each]
    assert done == [
        ("article_written", "draft"),
        ("article_changed", "draft"),
        ("article_scheduled", "scheduled"),
        ("article_schedule_cancelled", "draft"),
        ("article_published", "published"),
        ("article_withdrawn", "withdrawn"),
    ]


def test_editors_list_articles_of_every_status(content: Talking) -> None:
    latin = ["la"]  # of this test alone
    drafted, scheduled, published, withdrawn = (
        draft(content, an_article(language="la")) for _ in range(4)
    )
    set_publication(content, scheduled.slug, utc_now() + timedelta(days=1))
    for each in (published, withdrawn):
        set_publication(content, each.slug)
    withdraw(content, withdrawn.slug)

    def listed(*statuses: ArticleStatus) -> list[UUID]:
        query = ManuscriptQuery(status=list(statuses), language=latin)
        page = content.asked_by(somebody("editor")).list_manuscripts(query=query)
        return [UUID(each["id"]) for each in page["items"]]

    assert listed() == [withdrawn.id, published.id, scheduled.id, drafted.id]
    assert listed(ArticleStatus.DRAFT, ArticleStatus.SCHEDULED) == [scheduled.id, drafted.id]
    assert listed(ArticleStatus.WITHDRAWN) == [withdrawn.id]


def test_a_text_is_rendered_before_it_is_stored(content: Talking) -> None:
    text = RenderText(body="# Where\n\n<script>")
    rendered = content.asked_by(somebody("editor")).render_text(text=text)
    assert rendered == {"body_html": "<h2>Where</h2>\n<p>&lt;script&gt;</p>\n"}


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
        ("trauer", ["焦虑的人", "Łódź and grief"]),
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
