"""Pages that anybody may read: home, texts, help now, articles, errors; and what machines read."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest

from chassis import json
from contracts.helplines import countries_with_helplines
from gateway.pages.site import Site
from gateway.site.operator import texts as operator_texts
from gateway.site.operator.folder import Logo
from gateway.site.operator.texts import LEGAL, OperatorText, OperatorTexts
from tests.gateway.site.page_reading import json_ld_on
from tests.support.browsing import Browser
from tests.support.eventually import eventually
from tests.support.factories import (
    Person,
    a_client,
    a_published_article,
    a_specialist,
    an_editor,
    slots_of,
)

IT_IS = (
    "It is a 30-minute, completely free meeting with a Mental Health specialist that does not "
    "obligate you to anything."
)
LOST = (
    "No Internet Connection. It seems you've lost your internet connection. Please refresh your "
    "page to try again."
)
TEXTS = [
    "/free-consultation",
    "/privacy",
    "/terms",
    "/health-data-consent",
    "/imprint",
    "/accessibility",
    "/staying-safe",
    "/how-featuring-works",
    "/for-specialists",
]
OPENED = re.compile(r'href="(/specialists/[^"]+visit=[^"]+)"')
HREF = re.compile(r'href="(/[^"#?]*)')
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def browser(http: httpx.Client) -> Browser:
    return Browser(http)


# Home


def test_home_says_what_the_half_hour_is_and_leads_on(browser: Browser) -> None:
    page = browser.get("/")
    assert page.status == 200
    assert page.h1 == "Half an hour to find out whether it fits."
    assert json_ld_on(page.html)["@type"] == "Organization"
    for path in ("/specialists", "/free-consultation", "/articles", "/for-specialists"):
        assert f'href="{path}"' in page.html


def test_home_shows_who_is_featured_in_another_order_each_time(
    browser: Browser, http: httpx.Client
) -> None:
    for _ in range(4):
        a_specialist(http, featured=True)

    def each_differs_from_the_last() -> bool:
        pages = [browser.get("/").html for _ in range(4)]
        orders = [re.findall(r'href="(/specialists/[^"?]+)', each) for each in pages]
        return all(one != next_ for one, next_ in pairwise(orders))

    assert eventually(each_differs_from_the_last)


def test_a_profile_opened_from_home_bears_the_visit(browser: Browser, http: httpx.Client) -> None:
    a_specialist(http, featured=True)
    found = eventually(lambda: OPENED.search(browser.get("/").html))
    assert found is not None
    assert browser.get(found[1].replace("&amp;", "&")).status == 200


# Profiles


def test_a_profile_is_rendered_anew_only_when_something_on_it_changes(
    browser: Browser, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = a_specialist(http, featured=True)
    client, slots = a_client(http), slots_of(specialist)
    slug = http.get(f"/api/v1/specialists/{specialist.id}").json()["slug"]
    path, rendered, render = f"/specialists/{slug}", list[str](), Site.render

    def counting(site: Site, template: str, *given: Any, **named: Any) -> bytes:
        rendered.append(template)
        return render(site, template, *given, **named)

    monkeypatch.setattr(Site, "render", counting)
    seen = [browser.get(path).html for _ in range(3)]
    assert (len(rendered), seen.count(seen[0])) == (1, 3)
    assert slots[0]["starts_at"] in seen[0]
    wanted = {"specialist_id": specialist.id, "starts_at": slots[0]["starts_at"]}
    assert client.post("/consultations", wanted).status_code == 201
    assert slots[0]["starts_at"] not in browser.get(path).html
    assert browser.get(f"/de{path}").html != browser.get(f"{path}?tz=Asia/Kathmandu").html
    assert len(rendered) == 4


# Texts


@pytest.mark.parametrize("prefix", ["", "/de"])
@pytest.mark.parametrize("path", TEXTS)
def test_a_text_has_a_title_a_lead_and_its_other_language(
    browser: Browser, path: str, prefix: str
) -> None:
    page = browser.get(prefix + path)
    assert page.status == 200
    assert page.h1
    assert page.title == f"{page.h1} · Firststep"
    assert len(page.text) > 400
    assert 'hreflang="de" href="' in page.html
    other = path if prefix else f"/de{path}"
    assert f'href="{other}"' in page.html


def test_the_free_half_hour_says_what_it_is_with_eight_answers(browser: Browser) -> None:
    page = browser.get("/free-consultation")
    assert IT_IS in page.text
    assert page.html.count("<details>") == 8
    asked = json_ld_on(page.html)
    assert asked["@type"] == "FAQPage"
    assert len(asked["mainEntity"]) == 8
    for each in asked["mainEntity"]:
        assert each["name"] in page.text
        assert each["acceptedAnswer"]["text"]


@pytest.mark.parametrize("prefix", ["", "/de"])
def test_links_within_the_texts_lead_to_pages(browser: Browser, prefix: str) -> None:
    links = {link for path in TEXTS for link in HREF.findall(browser.get(prefix + path).html)}
    for link in sorted(links):
        if not link.startswith("/assets/"):
            assert browser.open(link).status == 200, link


def test_a_legal_text_is_marked_as_a_sample_until_it_is_the_operators(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "This text is a sample" in browser.get("/imprint").text
    own = {
        key: OperatorText("# Imprint\n\nClinic of Calm, Lisbon.", is_sample=False)
        if key[0] in LEGAL
        else text
        for key, text in operator_texts._in_use.texts.texts.items()
    }
    monkeypatch.setattr(operator_texts._in_use, "texts", OperatorTexts(own))
    page = browser.get("/imprint?of=the-operator")  # the other one is cached
    assert "This text is a sample" not in page.text
    assert "Clinic of Calm, Lisbon." in page.text


def test_the_operators_logo_takes_the_place_of_ours(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser.get("/logo").status == 404
    texts = operator_texts._in_use.texts.texts
    logo = Logo(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
    monkeypatch.setattr(operator_texts._in_use, "texts", OperatorTexts(texts, logo))
    page = browser.get("/terms?with=logo")
    assert '<img src="/logo" alt="" height="36">' in page.html
    shown = browser.get("/logo").response
    assert shown.content == logo.content
    assert "sandbox" in shown.headers["Content-Security-Policy"]


# Help now


@pytest.mark.parametrize("country", countries_with_helplines())
def test_each_country_has_its_numbers_to_dial(browser: Browser, country: str) -> None:
    page = browser.get(f"/help-now/{country.lower()}")
    assert page.status == 200
    numbers = re.findall(r'href="tel:([^"]+)"', page.html)
    assert len(numbers) >= 2
    assert all(re.fullmatch(r"\+?[0-9]+", each) for each in numbers)
    assert "last checked" in page.text


@pytest.mark.parametrize(
    ("zone", "place"), [("Europe/Lisbon", "Portugal"), ("Europe/Berlin", "Germany")]
)
def test_help_is_that_of_the_zone_where_no_country_is_chosen(
    browser: Browser, zone: str, place: str
) -> None:
    browser.cookies["tz"] = zone
    assert f"The emergency number in {place}" in browser.get("/help-now").text


def test_without_zone_and_country_the_european_number_is_shown(browser: Browser) -> None:
    page = browser.get("/help-now")
    assert 'href="tel:112"' in page.html
    assert "findahelpline.com" in page.text


@pytest.mark.parametrize("country", ["xx", "PT", "portugal", "aq"])
def test_a_country_without_lines_is_no_page(browser: Browser, country: str) -> None:
    assert browser.get(f"/help-now/{country}").status == 404


# Articles


@pytest.fixture
def editor(http: httpx.Client) -> Person:
    return an_editor(http)


def test_an_article_cites_its_references_both_ways(browser: Browser, editor: Person) -> None:
    slug = f"two-sources-{uuid4().hex[:8]}"
    a_published_article(
        editor,
        slug=slug,
        title="Two sources",
        body="## Sleep\n\nIt helps [1]. It may help [1, 2]. Not a source [7].\n\n## Rest\n\nMore.",
        references=[
            {"title": "First", "authors": "A. One", "year": 2020, "url": "https://example.org/1"},
            {"title": "Second", "source": "A journal"},
        ],
    )
    page = browser.get(f"/articles/{slug}")
    assert page.h1 == "Two sources"
    assert page.html.count('href="#r1"') == 2
    assert page.html.count('href="#r2"') == 1
    for anchor in ("c1-1", "c1-2", "c2-1"):
        assert f'id="{anchor}"' in page.html
        assert f'href="#{anchor}"' in page.html
    assert "[7]" in page.text
    assert re.findall(r'<li><a href="#(s\d)">(.*?)</a>', page.html) == [
        ("s1", "Sleep"),
        ("s2", "Rest"),
    ]
    found = json_ld_on(page.html)
    assert found["@type"] == "Article"
    assert [each["name"] for each in found["citation"]] == ["First", "Second"]


def test_an_article_that_changes_is_shown_as_it_is_now(browser: Browser, editor: Person) -> None:
    slug = f"it-changes-{uuid4().hex[:8]}"
    a_published_article(editor, slug=slug, title="Before")
    assert browser.get(f"/articles/{slug}").h1 == "Before"
    editor.patch(f"/articles/{slug}", {"title": "After"})
    assert eventually(lambda: browser.get(f"/articles/{slug}").h1 == "After")


def test_a_former_address_leads_to_the_present_one_in_its_language(
    browser: Browser, editor: Person
) -> None:
    slug, new = f"old-{uuid4().hex[:8]}", f"new-{uuid4().hex[:8]}"
    a_published_article(editor, slug=slug)
    editor.patch(f"/articles/{slug}", {"slug": new})
    page = browser.get(f"/de/articles/{slug}")
    assert (page.status, page.location) == (301, f"/de/articles/{new}")


def test_a_withdrawn_article_is_gone_and_says_so(browser: Browser, editor: Person) -> None:
    slug = f"gone-{uuid4().hex[:8]}"
    a_published_article(editor, slug=slug)
    assert browser.get(f"/articles/{slug}").status == 200
    editor.call("DELETE", f"/articles/{slug}/publication")
    assert eventually(lambda: browser.get(f"/articles/{slug}").status == 410)
    assert "withdrawn" in browser.get(f"/articles/{slug}").text


def test_articles_are_those_of_the_language_and_topic(browser: Browser, editor: Person) -> None:
    english, german = f"in-english-{uuid4().hex[:8]}", f"auf-deutsch-{uuid4().hex[:8]}"
    a_published_article(editor, slug=english, language="en", topics=["grief"])
    a_published_article(editor, slug=german, language="de", topics=["grief"])
    assert f"/articles/{english}" in browser.get("/articles?topic=grief").html
    assert f"/articles/{german}" not in browser.get("/articles?topic=grief").html
    assert f"/de/articles/{german}" in browser.get("/de/articles?topic=grief").html


@pytest.mark.parametrize(("language", "prefix"), [("en", ""), ("de", "/de"), ("fr", "")])
def test_the_address_of_an_article_is_that_in_its_language(
    browser: Browser, editor: Person, language: str, prefix: str
) -> None:
    """As in the sitemap: its text is in one language."""
    slug = f"one-language-{uuid4().hex[:8]}"
    a_published_article(editor, slug=slug, language=language)
    address = f"https://firststep.example{prefix}/articles/{slug}"
    for asked in ("", "/de"):
        html = browser.get(f"{asked}/articles/{slug}").html
        assert f'<link rel="canonical" href="{address}">' in html
        assert f'<meta property="og:url" content="{address}">' in html
        assert '<link rel="alternate" hreflang' not in html
        assert json_ld_on(html)["mainEntityOfPage"] == address


def test_the_language_that_was_asked_for_stays(browser: Browser) -> None:
    html = browser.get("/articles?language=de&topic=grief").html
    chips = re.findall(r'class="chip" href="([^"]*)"', html)
    assert chips[0] == "/articles?language=de"
    assert "/articles?topic=sleep&amp;language=de" in chips
    assert all("language=de" in each for each in chips)
    page = browser.get("/articles?language=de,fr")
    assert page.form("/articles").fields["language"] == ["de", "fr"]


def test_a_search_without_result_offers_all_articles(browser: Browser) -> None:
    page = browser.get("/articles?words=zzzzzz")
    assert "There is no article like this yet." in page.text
    assert 'href="/articles"' in page.html


# Errors, machines, transport


@pytest.mark.parametrize(
    ("path", "title"),
    [("/nothing", "This page does not exist"), ("/de/nothing", "Diese Seite gibt es nicht")],
)
def test_an_unknown_address_has_a_page_that_leads_on(
    browser: Browser, path: str, title: str
) -> None:
    page = browser.get(path)
    assert (page.status, page.h1) == (404, title)
    assert "help-now" in page.html


def test_the_api_keeps_its_problems(http: httpx.Client) -> None:
    answer = http.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_programs_get_problems_at_addresses_of_pages_too(http: httpx.Client) -> None:
    assert http.get("/nothing").headers["Content-Type"] == "application/problem+json"


def test_the_lost_connection_has_its_sentence(browser: Browser) -> None:
    assert LOST in browser.get("/offline").text
    assert LOST in browser.get("/").response.text.replace("&#39;", "'")


def test_the_worker_keeps_help_and_no_personal_page(http: httpx.Client) -> None:
    answer = http.get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    [kept] = re.findall(r"FILES = (\[.*?\]);", answer.text)
    paths = json.loads(kept)
    assert {"/offline", "/help-now", "/de/offline", "/de/help-now"} <= set(paths)
    assert len(answer.content) < 2048
    for each in paths:
        assert http.get(each, headers={"Accept": "text/html"}).status_code == 200
        assert each.startswith("/assets/") or each.split("/")[-1] in ("offline", "help-now")


def test_robots_are_kept_from_the_api_and_told_of_the_sitemap(http: httpx.Client) -> None:
    lines = http.get("/robots.txt").text.splitlines()
    assert "Disallow: /api/" in lines
    assert any(each.startswith("Sitemap: http") for each in lines)


def test_the_sitemap_lists_pages_specialists_and_articles_in_each_language(
    http: httpx.Client, editor: Person
) -> None:
    specialist = a_specialist(http)
    slug = f"in-the-map-{uuid4().hex[:8]}"
    a_published_article(editor, slug=slug, language="de")
    profile = http.get(f"/api/v1/specialists/{specialist.id}").json()["slug"]

    def addresses() -> list[str]:
        root = ElementTree.fromstring(http.get("/sitemap.xml").text)
        return [each.text or "" for each in root.findall("url/loc", SITEMAP)]

    def is_complete() -> bool:
        found = [re.sub(r"^https?://[^/]+", "", each) for each in addresses()]
        wanted = {"/", "/de", "/help-now", f"/specialists/{profile}", f"/de/specialists/{profile}"}
        return wanted <= set(found) and f"/de/articles/{slug}" in found

    assert eventually(is_complete)
    assert not any("/settings" in each or "/consultations" in each for each in addresses())


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("identity", None)],
)
def test_a_cached_page_comes_in_the_encoding_that_is_accepted(
    http: httpx.Client, accepted: str, encoding: str | None
) -> None:
    for _ in range(2):  # made, then from the cache
        answer = http.get("/help-now", headers={"Accept": "text/html", "Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding, Cookie"
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert answer.text.startswith("<!doctype html>")


def test_a_cached_page_is_known_by_its_etag(http: httpx.Client) -> None:
    first = http.get("/help-now", headers={"Accept": "text/html"})
    known = {"Accept": "text/html", "If-None-Match": first.headers["ETag"]}
    assert http.get("/help-now", headers=known).status_code == 304


def test_each_page_has_the_policy(http: httpx.Client) -> None:
    for path in ("/", "/help-now", "/nothing", "/sign-in", "/consultations"):
        answer = http.get(path, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["Referrer-Policy"] == "same-origin"
