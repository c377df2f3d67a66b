"""The pages of editors: articles are written, previewed, published, scheduled and withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from chassis.times import utc_now
from gateway.http.cookies import Me
from tests.support.browsing import Browser, Filled, PageSeen
from tests.support.factories import Person, a_draft, a_published_article, an_editor

LIST = "/editing/articles"
NEW = f"{LIST}/new"
KATHMANDU = ZoneInfo("Asia/Kathmandu")


@pytest.fixture(scope="module")
def editor(http: httpx.Client) -> Person:
    return an_editor(http)


@pytest.fixture
def editing(http: httpx.Client, editor: Person) -> Browser:
    """The editor's browser, which tells its time zone. As the editor has no account, the cookie
    says what pages would ask profiles for."""
    cookies = {"__Host-access": editor.token, "__Host-me": Me().to_cookie(), "tz": KATHMANDU.key}
    return Browser(http, cookies)


def one(slug: str) -> str:
    return f"{LIST}/{slug}"


def publication(slug: str) -> str:
    return f"{LIST}/{slug}/publication"


def a_slug() -> str:
    return f"a-first-step-{uuid4().hex}"


def written(slug: str, **changes: Filled) -> dict[str, Filled]:
    """A whole article as the form takes it."""
    return {
        "title": "A first step",
        "summary": "What a first conversation is like.",
        "body": "## Before\n\nIt is *free* [1].",
        "slug": slug,
        "language": "en",
        "topics": ["", "first-steps", "anxiety"],
        "references.0.title": "A study",
        "references.0.year": "2020",
        **changes,
    }


def stored(editor: Person, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = editor.get(f"/manuscripts/{slug}").json()
    return found


# The list


def test_the_list_has_articles_of_every_status_and_leads_to_them(
    editing: Browser, editor: Person
) -> None:
    draft, public = a_draft(editor, title="Quite new")["slug"], a_published_article(editor)
    page = editing.get(LIST)
    for slug in (draft, public):
        for below in ("", "/preview", "/publication"):
            assert f'href="{one(slug)}{below}"' in page.html
    assert "Quite new" in page.text
    assert "Kathmandu time" in page.text


def test_the_list_is_filtered_by_status_and_language(editing: Browser, editor: Person) -> None:
    draft = a_draft(editor, language="de")["slug"]
    public = a_published_article(editor)
    drafts = editing.get(f"{LIST}?status=draft")
    assert f'href="{one(draft)}"' in drafts.html
    assert f'href="{one(public)}"' not in drafts.html
    assert f'href="{one(draft)}"' in editing.get(f"{LIST}?status=draft&language=de").html
    assert f'href="{one(draft)}"' not in editing.get(f"{LIST}?language=en").html
    none = editing.get(f"{LIST}?language=pl")
    assert "No article is like this. Show all articles" in none.text


# Writing


def test_a_new_article_is_a_draft(editing: Browser, editor: Person) -> None:
    slug = a_slug()
    saved = editing.fill(editing.get(NEW), NEW, **written(slug))
    assert (saved.status, saved.location) == (303, one(slug))
    page = editing.followed(saved)
    assert "The article is saved." in page.text
    assert page.h1 == "A first step"
    found = stored(editor, slug)
    assert (found["status"], found["topics"]) == ("draft", ["first-steps", "anxiety"])
    assert [each["year"] for each in found["references"]] == [2020]
    assert Browser(editing.http).get(f"/articles/{slug}").status == 404


def test_saving_an_unchanged_article_changes_nothing(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor, topics=["sleep", "anxiety"])["slug"]
    before = stored(editor, slug)
    assert editing.fill(editing.get(one(slug)), one(slug)).status == 303
    assert stored(editor, slug) == before


def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(editing: Browser) -> None:
    refused = editing.fill(
        editing.get(NEW),
        NEW,
        **written("No Slug", title="", **{"references.0.year": "long ago"}),
    )
    assert refused.status == 422
    assert refused.title.startswith("Error: New article")
    assert "Title: Please fill this in." in refused.text
    assert "Reference 1, Year: Please enter a whole number." in refused.text
    assert "Short name in the address: " in refused.text
    form = refused.form(NEW)
    assert form.fields["body"] == ["## Before\n\nIt is *free* [1]."]
    assert form.fields["references.0.year"] == ["long ago"]


@pytest.mark.parametrize("taken", ["new", None])
def test_a_short_name_that_is_taken_is_said_at_its_field(
    editing: Browser, editor: Person, taken: str | None
) -> None:
    slug = taken or a_draft(editor)["slug"]
    refused = editing.fill(editing.get(NEW), NEW, **written(slug))
    assert refused.status == 409
    assert "Short name in the address: Another article has or had this slug." in refused.text


def test_references_are_added_and_removed_without_saving(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    page = editing.fill(editing.get(one(slug)), one(slug), _add="references")
    page = editing.fill(
        page, one(slug), **{"references.1.title": "Another study"}, _add="references"
    )
    assert "references.2.title" in page.form(one(slug)).fields
    page = editing.fill(page, one(slug), _remove="references.0")
    assert page.form(one(slug)).fields["references.0.title"] == ["Another study"]
    assert [each["title"] for each in stored(editor, slug)["references"]] == ["A study"]
    assert editing.fill(page, one(slug)).status == 303  # the blank row is none
    assert [each["title"] for each in stored(editor, slug)["references"]] == ["Another study"]


def test_the_last_reference_can_be_removed(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    page = editing.fill(editing.get(one(slug)), one(slug), _remove="references.0")
    assert editing.fill(page, one(slug)).status == 303
    assert stored(editor, slug)["references"] == []


def test_two_windows_do_not_overwrite_each_other(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    first, second = editing.get(one(slug)), editing.get(one(slug))
    assert editing.fill(first, one(slug), title="From the first").status == 303
    stale = editing.fill(second, one(slug), title="From the second")
    assert stale.status == 412
    assert "Saved meanwhile, in another window" in stale.text
    assert "<dd>From the first</dd>" in stale.html
    assert stale.form(one(slug)).fields["title"] == ["From the second"]
    assert stored(editor, slug)["title"] == "From the first"
    assert editing.fill(stale, one(slug)).status == 303
    assert stored(editor, slug)["title"] == "From the second"


def test_a_new_short_name_moves_the_page_and_the_former_one_is_shown(
    editing: Browser, editor: Person
) -> None:
    former, present = a_published_article(editor), a_slug()
    saved = editing.fill(editing.get(one(former)), one(former), slug=present)
    assert saved.location == one(present)
    assert f"<code>{former}</code>" in editing.get(one(present)).html
    assert editing.get(one(former)).location == one(present)
    assert editing.get(publication(former)).location == publication(present)


# Preview


def test_a_preview_is_the_public_page_and_saves_nothing(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    page = editing.get(one(slug))
    fields = {**page.form(one(slug)).fields, "body": ["A **bold** word [1]."]}
    preview = editing.send(f"{one(slug)}/preview", fields)
    assert (preview.status, preview.h1) == (200, "A first step")
    assert "A <strong>bold</strong> word<sup>" in preview.html
    assert stored(editor, slug)["body"] == "It is *free*."

    again = editing.fill(preview, one(slug), _remove="")
    assert again.form(one(slug)).fields["body"] == ["A **bold** word [1]."]
    assert editing.fill(preview, one(slug)).status == 303
    assert stored(editor, slug)["body"] == "A **bold** word [1]."
    assert "A <strong>bold</strong>" in editing.get(f"{one(slug)}/preview").html


def test_a_new_article_has_a_preview_too(editing: Browser) -> None:
    slug = a_slug()
    fields = {name: each for name, each in written(slug).items() if isinstance(each, str | list)}
    preview = editing.send(f"{NEW}/preview", fields)
    assert "This is how it would look. It is not saved yet." in preview.text
    assert editing.fill(preview, NEW).location == one(slug)


def test_a_preview_shows_what_is_wrong(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    fields = {**editing.get(one(slug)).form(one(slug)).fields, "title": [""]}
    refused = editing.send(f"{one(slug)}/preview", fields)
    assert refused.status == 422
    assert "Title: Please fill this in." in refused.text


# Publication


def test_an_article_is_published_and_withdrawn_with_a_reason(
    editing: Browser, editor: Person
) -> None:
    slug = a_draft(editor)["slug"]
    done = editing.fill(editing.get(publication(slug)), publication(slug))
    assert "The article is public." in editing.followed(done).text
    reader = Browser(editing.http)
    assert reader.get(f"/articles/{slug}").h1 == "A first step"

    action = f"{publication(slug)}/withdrawal"
    done = editing.fill(editing.get(publication(slug)), action, reason="It is out of date.")
    page = editing.followed(done)
    assert "The article is withdrawn." in page.text
    assert "“It is out of date.”" in page.text
    assert stored(editor, slug)["status"] == "withdrawn"
    assert reader.get(f"/articles/{slug}").status == 410


def test_a_change_meanwhile_is_not_published_unseen(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    page = editing.get(publication(slug))
    editor.patch(f"/articles/{slug}", {"title": "Not read yet"})
    refused = editing.fill(page, publication(slug))
    assert refused.status == 412
    assert "This was changed since you read it." in refused.text
    assert stored(editor, slug)["status"] == "draft"
    assert editing.fill(refused, publication(slug)).status == 303


def schedule(editing: Browser, slug: str, at: datetime) -> PageSeen:
    """Send the form with a time in the editor's zone."""
    local = at.astimezone(KATHMANDU)
    action = f"{publication(slug)}/schedule"
    day, time = local.date().isoformat(), local.strftime("%H:%M")
    return editing.fill(editing.get(publication(slug)), action, day=day, at=time)


def test_an_article_is_scheduled_in_the_zone_that_the_page_names(
    editing: Browser, editor: Person
) -> None:
    slug, at = a_draft(editor)["slug"], utc_now().replace(second=0, microsecond=0)
    at += timedelta(days=3)
    assert "The time is in Kathmandu time." in editing.get(publication(slug)).text
    page = editing.followed(schedule(editing, slug, at))
    assert "The article is scheduled." in page.text
    assert datetime.fromisoformat(stored(editor, slug)["publish_at"]) == at
    local = at.astimezone(KATHMANDU)
    assert f"{local:%H:%M} (Kathmandu time)" in page.text
    assert page.form(f"{publication(slug)}/schedule").fields["at"] == [f"{local:%H:%M}"]

    cancelled = editing.fill(page, f"{publication(slug)}/withdrawal")
    assert "The schedule is cancelled." in editing.followed(cancelled).text
    assert stored(editor, slug)["status"] == "draft"


def test_a_schedule_in_the_past_is_refused_at_its_field(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor)["slug"]
    refused = schedule(editing, slug, utc_now() - timedelta(minutes=5))
    assert refused.status == 422
    assert "Day: Please choose a day and a time that lie ahead." in refused.text
    assert stored(editor, slug)["status"] == "draft"


@pytest.mark.parametrize(
    ("day", "at", "sentence"),
    [
        ("", "09:30", "Day: Please fill this in."),
        ("tomorrow", "09:30", "Day: Please enter a date."),
        ("9999-12-31", "23:59", "Day: Please enter a date."),
        ("2999-01-01", "24:00", "Time: Please enter a time, such as 09:30."),
    ],
)
def test_a_schedule_that_is_no_time_is_refused(
    editing: Browser, editor: Person, day: str, at: str, sentence: str
) -> None:
    slug = a_draft(editor)["slug"]
    action = f"{publication(slug)}/schedule"
    refused = editing.fill(editing.get(publication(slug)), action, day=day, at=at)
    assert refused.status == 422
    assert sentence in refused.text


# Language


def test_the_pages_are_in_german_under_de(editing: Browser, editor: Person) -> None:
    slug = a_draft(editor, title="Ein erster Schritt")["slug"]
    assert "Artikel, für die Redaktion" in editing.get(f"/de{LIST}").text
    assert editing.get(f"/de{NEW}").h1 == "Neuer Artikel"
    assert "Vorschau, ohne zu speichern" in editing.get(f"/de{one(slug)}").html
    assert "Zeiten: " in editing.get(f"/de{LIST}").text
    page = editing.get(f"/de{publication(slug)}")
    assert "Jetzt veröffentlichen" in page.text
    refused = editing.fill(page, f"/de{publication(slug)}/schedule", day="2020-01-01", at="09:30")
    assert "Tag: Bitte wählen Sie einen Tag und eine Uhrzeit, die noch kommen." in refused.text
