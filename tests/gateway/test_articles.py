"""Articles over HTTP: what readers get at each address, and what editors do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.gateway.description import expect_problem
from tests.support.eventually import eventually
from tests.support.factories import Person, a_draft, a_published_article, an_editor
from tests.support.service_client import at_once

ARTICLES = "/api/v1/articles"


@pytest.fixture(scope="module")
def editor(http: httpx.Client) -> Person:
    return an_editor(http)


def publish(editor: Person, slug: str, **publication: Any) -> httpx.Response:
    return editor.put(f"/articles/{slug}/publication", publication)


def withdraw(editor: Person, slug: str, reason: str = "") -> httpx.Response:
    return editor.call("DELETE", f"/articles/{slug}/publication", params={"reason": reason})


def test_an_editor_writes_previews_and_publishes(http: httpx.Client, editor: Person) -> None:
    drafted = a_draft(editor, body="# A *first* step")
    slug = drafted["slug"]
    expect_problem(http.get(f"{ARTICLES}/{slug}"), 404, "not_found")
    preview = editor.get(f"/manuscripts/{slug}")
    assert preview.json() == drafted
    assert preview.json()["body_html"] == "<h2>A <em>first</em> step</h2>\n"
    assert preview.headers["Cache-Control"] == "private, no-cache"
    assert publish(editor, slug).json()["status"] == "published"
    read = http.get(f"{ARTICLES}/{slug}").json()
    assert read["body_html"] == preview.json()["body_html"]
    assert "status" not in read


def test_a_preview_is_no_readers(http: httpx.Client, client: Person, editor: Person) -> None:
    path = f"/manuscripts/{a_draft(editor)['slug']}"
    assert editor.get(path).status_code == 200
    expect_problem(http.get(f"/api/v1{path}"), 401, "unauthenticated")
    expect_problem(client.get(path), 403, "forbidden")


def test_a_former_slug_redirects_to_the_present_one(http: httpx.Client, editor: Person) -> None:
    first, second = a_published_article(editor), f"second-{uuid4().hex}"
    assert http.get(f"{ARTICLES}/{first}").status_code == 200
    assert editor.patch(f"/articles/{first}", {"slug": second}).status_code == 200
    moved = answered_with(http, first, 301)
    assert moved.headers["Location"] == f"{ARTICLES}/{second}"
    assert moved.headers["Cache-Control"] == "no-cache"
    followed = http.get(f"{ARTICLES}/{first}", follow_redirects=True)
    assert (followed.status_code, followed.json()["slug"]) == (200, second)
    taken_back = editor.patch(f"/articles/{first}", {"slug": first})  # editors may use either
    assert taken_back.json()["former_slugs"] == [second]
    answered_with(http, second, 301)
    assert http.get(f"{ARTICLES}/{first}").status_code == 200


def answered_with(http: httpx.Client, slug: str, status: int) -> httpx.Response:
    """The answer, once it has this status."""
    eventually(lambda: http.get(f"{ARTICLES}/{slug}").status_code == status)
    return http.get(f"{ARTICLES}/{slug}")


def test_a_withdrawn_article_is_gone_and_says_why(http: httpx.Client, editor: Person) -> None:
    slug = a_published_article(editor)
    assert http.get(f"{ARTICLES}/{slug}").status_code == 200
    assert withdraw(editor, slug, "A newer guideline replaces it.").status_code == 200
    gone = answered_with(http, slug, 410)
    expect_problem(gone, 410, "article_gone")
    assert gone.json()["reason"] == "A newer guideline replaces it."
    german = http.get(f"{ARTICLES}/{slug}", headers={"Accept-Language": "de"})
    assert german.json()["detail"].startswith("Dieser Artikel wurde zurückgezogen.")
    assert publish(editor, slug).status_code == 200
    assert http.get(f"{ARTICLES}/{slug}").status_code == 200


def test_a_time_that_has_passed_is_refused_by_name(editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    refused = publish(editor, slug, publish_at=past)
    expect_problem(refused, 422, "bad_publication_time")
    [error] = refused.json()["errors"]
    assert (error["field"], error["value"]) == ("publish_at", past)
    assert error["detail"].startswith("Must be later than now (")


def test_it_is_scheduled_and_the_schedule_is_cancelled(editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    later = "2099-01-01T08:00:00Z"
    scheduled = publish(editor, slug, publish_at=later).json()
    assert (scheduled["status"], scheduled["published_at"]) == ("scheduled", None)
    assert withdraw(editor, slug).json()["status"] == "draft"


def test_a_change_takes_the_version_that_was_read_and_no_older_one(editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    etag = editor.get(f"/manuscripts/{slug}").headers["ETag"]
    if_match = {"If-Match": etag}
    changing = partial(editor.patch, f"/articles/{slug}", headers=if_match)
    answers: list[Any] = at_once([partial(changing, {"title": f"Title {n}"}) for n in range(4)])
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    stale = editor.put(f"/articles/{slug}/publication", {}, headers=if_match)
    expect_problem(stale, 412, "stale")
    assert stale.headers["ETag"] == editor.get(f"/manuscripts/{slug}").headers["ETag"]


def test_the_list_of_editors_has_what_readers_do_not_see(
    http: httpx.Client, editor: Person
) -> None:
    slug = a_draft(editor, language="la")["slug"]
    listed = editor.get("/manuscripts?status=draft&language=la").json()["items"]
    assert slug in [each["slug"] for each in listed]
    assert http.get(f"{ARTICLES}?language=la").json()["items"] == []
