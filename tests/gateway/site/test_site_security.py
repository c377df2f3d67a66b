"""What an attacker, a shared cache or the next person at a device gets: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest

from chassis.context import Caller
from chassis.errors import Unavailable
from contracts.profiles.accounts import Role
from gateway.http.declaration import Anyone
from gateway.live import live
from gateway.pages.declaration import PageDeclaration
from gateway.pages.form_handler import LARGEST_FORM
from gateway.pages.page import pages_of
from gateway.pages.site import Site
from gateway.service import Gateway
from services.profiles.sessions import sessions
from tests.gateway.listening import notified, reading
from tests.support.browsing import Browser, signed_in
from tests.support.caching_proxy import CachingProxy, Stored, directives_of
from tests.support.eventually import eventually
from tests.support.factories import PASSWORD, Person, a_specialist, somebody
from tests.support.platform import URL, House, another_gateway
from tests.support.service_client import at_once
from tests.support.tokens import KEY, a_token_of

DECLARED: list[PageDeclaration] = [declaration for declaration, _ in pages_of(Gateway)]
FORMS = [each for each in DECLARED if each.method == "POST"]
PAGES = [each for each in DECLARED if each.method == "GET"]
IN_BRACES = re.compile(r"{\w+}")
TABS = 50


def path_of(declaration: PageDeclaration) -> str:
    return IN_BRACES.sub(str(uuid4()), declaration.path)


@pytest.fixture(scope="module")
def person(http: httpx.Client) -> Person:
    return somebody(http, "client", f"Ada {uuid4().hex}")


@pytest.fixture(scope="module")
def browser(http: httpx.Client, person: Person) -> Browser:
    """One session for all tests that leave it open: so many sign-ins of one account are allowed."""
    return signed_in(http, person.email)


@pytest.fixture(scope="module")
def wanderer(http: httpx.Client) -> Person:
    """Whose sign-ins lead elsewhere."""
    return somebody(http, "client", "Sam")


@pytest.fixture(scope="module")
def plain_gateway(shared_house: House) -> Iterator[House]:
    """A gateway without https, as on a developer's machine."""
    with another_gateway(shared_house, URL="http://127.0.0.1") as running:
        yield running


# Cookies


def test_over_https_cookies_belong_to_this_host_alone(http: httpx.Client, person: Person) -> None:
    browser = Browser(http)
    page = browser.get("/sign-in")
    answer = browser.fill(page, "/sign-in", email=person.email, password=PASSWORD)
    found = browser.set_by(answer.response)
    assert set(found) == {"__Host-access", "__Host-refresh", "__Host-me"}
    for morsel in found.values():
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "Lax")
        assert morsel["secure"]
        assert morsel["httponly"]
        assert (morsel["max-age"], morsel["expires"]) == ("", "")


def test_over_http_they_have_plain_names(plain_gateway: House, person: Person) -> None:
    browser = Browser(plain_gateway.http)
    page = browser.get("/sign-in")
    answer = browser.fill(page, "/sign-in", email=person.email, password=PASSWORD)
    found = browser.set_by(answer.response)
    assert set(found) == {"access", "refresh", "me"}
    assert not any(morsel["secure"] for morsel in found.values())
    assert all(morsel["httponly"] for morsel in found.values())
    assert person.email in browser.get("/settings").text


def test_plain_names_are_not_read_over_https(http: httpx.Client, browser: Browser) -> None:
    """Another host of the domain, or a network attacker, may have set them."""
    planted = {name.removeprefix("__Host-"): value for name, value in browser.cookies.items()}
    assert Browser(http, planted).get("/settings").status == 303


def test_the_api_reads_no_cookie(browser: Browser) -> None:
    assert browser.get("/api/v1/me", Accept="application/json").status == 401


@pytest.mark.parametrize("name", ["access", "refresh", "me", "said", "sign-up"])
@pytest.mark.parametrize("value", ["", "x", "%00", "ä", "e30=", "x" * 5000])
def test_a_cookie_that_is_none_of_ours_does_no_harm(
    http: httpx.Client, name: str, value: str
) -> None:
    sent = quote(value) if not value.isascii() else value
    browser = Browser(http, {f"__Host-{name}": sent})
    assert browser.get("/sign-in").status == 200
    assert browser.get("/settings").status == 303


# Forged requests


FORGED = {
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": URL},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "typed": {"Sec-Fetch-Site": "none"},
    "no headers": {},
    "foreign origin": {"Origin": "https://evil.example"},
    "no origin": {"Origin": "null"},
    "http": {"Origin": URL.replace("https", "http")},
}


@pytest.mark.parametrize("declaration", FORMS, ids=lambda each: each.path)
def test_no_form_is_taken_from_elsewhere(browser: Browser, declaration: PageDeclaration) -> None:
    for prefix in ("", "/de"):
        for headers in FORGED.values():
            answer = browser.send(f"{prefix}{path_of(declaration)}", {}, headers)
            assert answer.status == 403, (headers, answer.text)
    assert browser.get("/settings").status == 200


def test_a_form_of_this_site_is_taken_with_origin_alone(browser: Browser, person: Person) -> None:
    answer = browser.send("/settings/name", {"display_name": "Sam"}, {"Origin": URL})
    assert answer.status == 303
    assert person.get("/me").json()["display_name"] == "Sam"


def test_a_forged_form_changes_nothing(browser: Browser, person: Person) -> None:
    before = person.get("/me").json()
    for headers in FORGED.values():
        browser.send("/settings/name", {"display_name": "Forged"}, headers)
    assert person.get("/me").json() == before


# Where one is led


ELSEWHERE = [
    "//evil.example",
    "//evil.example/settings",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/settings",
    "javascript:alert(1)",
    "/%2fevil.example",
    "/%5cevil.example",
    "\t//evil.example",
    " https://evil.example",
    "/settings/..//evil.example",
    "/de//evil.example",
    "/no/such/page",
    "",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_pages_of_this_site_alone(
    http: httpx.Client, wanderer: Person, wanted: str
) -> None:
    browser = Browser(http)
    page = browser.get(f"/sign-in?next={quote(wanted)}")
    fields = {"email": wanderer.email, "password": PASSWORD, "next": wanted}
    answer = browser.fill(page, "/sign-in", **fields)
    assert answer.status == 303
    assert answer.location.startswith("/")
    led = urlsplit(urljoin(f"{URL}/sign-in", answer.location.replace("\\", "/")))
    assert f"{led.scheme}://{led.netloc}" == URL


def test_no_header_can_be_written_by_it(http: httpx.Client, person: Person) -> None:
    browser = Browser(http)
    fields = {"email": person.email, "password": PASSWORD, "next": "/settings?a\r\nX-Evil: 1"}
    answer = browser.send("/sign-in", fields)
    assert (answer.status, answer.location) == (303, "/")
    assert "X-Evil" not in answer.response.headers


# Leaving


def test_leaving_ends_the_session_and_goes_on_elsewhere(http: httpx.Client, person: Person) -> None:
    browser = signed_in(http, person.email)
    copied = dict(browser.cookies)
    seen = [browser.get(path) for path in ("/", "/settings")]
    left = browser.fill(seen[1], "/leave")
    assert left.status == 200
    assert 'content="0; url=https://www.wikipedia.org/"' in left.html
    assert person.email not in left.html
    assert "Firststep" not in left.html
    assert left.response.headers["Cache-Control"] == "no-store"
    assert not browser.cookies
    for cookies in ({}, copied):
        again = Browser(browser.http, dict(cookies))
        assert "My half hours" not in again.get("/").html
        assert again.get("/settings").status == 303
        assert person.email not in again.open("/settings").html


def test_leaving_needs_no_session(http: httpx.Client) -> None:
    assert Browser(http).send("/leave", {}).status == 200


# Caches


def of_an_account(declaration: PageDeclaration) -> bool:
    return not isinstance(declaration.allow, Anyone)


@pytest.mark.parametrize("declaration", PAGES, ids=lambda each: each.path)
def test_what_is_shown_to_an_account_is_stored_nowhere(
    http: httpx.Client, browser: Browser, declaration: PageDeclaration
) -> None:
    answer = browser.get(path_of(declaration))
    assert answer.response.headers["Cache-Control"] == "no-store"
    if of_an_account(declaration):
        assert Browser(http).get(path_of(declaration)).status == 303


def test_two_people_on_one_connection_never_see_a_byte_of_each_other(http: httpx.Client) -> None:
    slug = http.get(f"/api/v1/specialists/{a_specialist(http, featured=True).id}").json()["slug"]
    shared = ("/", "/help-now", "/free-consultation", f"/specialists/{slug}")
    with httpx.Client(base_url=http.base_url, limits=httpx.Limits(max_connections=1)) as one:
        proxy = CachingProxy(one)
        with httpx.Client(base_url=http.base_url, transport=proxy) as through:
            people = [somebody(http, "client", f"Person {uuid4().hex}") for _ in range(2)]
            browsers = {each.email: signed_in(through, each.email) for each in people}
            stranger = Browser(through)
            for path in (*shared, "/settings", "/sign-in") * 3:
                for person in people:
                    page = browsers[person.email].open(path)
                    assert page.status == 200
                    assert "My half hours" in page.html
                    others = [each.email for each in people if each is not person]
                    assert not [each for each in others if each in page.html]
                    assert path != "/settings" or person.email in page.html
                page = stranger.open(path)
                assert "My half hours" not in page.html
                assert not [each.email for each in people if each.email in page.html]
    assert proxy.hits > 0


def test_the_proxy_would_mix_up_what_is_declared_wrongly() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        said = {"Cache-Control": request.url.params["control"]}
        if "vary" in request.url.params:
            said["Vary"] = "Cookie"
        return httpx.Response(200, headers=said, text=request.headers.get("Cookie", ""))

    def seen(query: str) -> list[str]:
        transport = httpx.MockTransport(site)
        with httpx.Client(base_url="http://site.example", transport=transport) as client:
            browsers = [Browser(client, {"who": name}) for name in ("one", "two")]
            proxy = CachingProxy(client)
            with httpx.Client(base_url="http://site.example", transport=proxy) as through:
                for each in browsers:
                    each.http = through
                return [each.get(f"/?{query}").html for each in browsers]

    assert seen("control=max-age%3D60") == ["who=one", "who=one"]
    assert seen("control=max-age%3D60&vary=1") == ["who=one", "who=two"]
    assert seen("control=private") == ["who=one", "who=two"]
    assert directives_of(httpx.Headers({"Cache-Control": "public, max-age=5"}))["max-age"] == "5"
    assert Stored.of(httpx.Request("GET", "http://a"), httpx.Response(200)).varies == {}


# Two tabs at a session's expiry


def test_all_tabs_that_refresh_at_once_go_on(http: httpx.Client, person: Person) -> None:
    first = signed_in(http, person.email)
    first.cookies.pop("__Host-access")  # expired
    tabs = [Browser(http, dict(first.cookies), first.headers) for _ in range(TABS)]
    pages = at_once([partial(each.get, "/settings/name") for each in tabs])
    shown = [each.status for each in pages if not isinstance(each, Exception)]
    assert shown == [200] * TABS, pages
    assert len({each.cookies["__Host-refresh"] for each in tabs}) == 1
    tabs[0].cookies.pop("__Host-access")
    assert tabs[0].get("/settings/name").status == 200


def test_a_tab_that_comes_much_later_ends_the_session(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token was used long ago, so another browser may have stolen it."""
    browser = signed_in(http, somebody(http, "client", "Kim").email)
    browser.cookies.pop("__Host-access")  # expired
    late = Browser(http, dict(browser.cookies))
    assert browser.get("/settings/name").status == 200
    monkeypatch.setattr(sessions, "GRACE", timedelta())
    assert late.get("/settings/name").status == 303
    assert "__Host-refresh" not in late.cookies
    browser.cookies.pop("__Host-access")
    assert browser.get("/settings/name").status == 303


def test_a_token_that_no_session_has_is_forgotten(http: httpx.Client) -> None:
    browser = Browser(http, {"__Host-refresh": "x" * 43})
    assert browser.get("/settings").status == 303
    assert "__Host-refresh" not in browser.cookies


def test_a_session_of_an_account_that_is_gone_is_forgotten(http: httpx.Client) -> None:
    gone = Caller(uuid4(), frozenset([Role.CLIENT]), True)
    browser = Browser(http, {"__Host-access": a_token_of(KEY, gone), "__Host-refresh": "x" * 43})
    assert browser.get("/").status == 200
    assert browser.cookies == {}


def test_renewed_tokens_are_kept_though_the_page_fails(
    http: httpx.Client, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Any:
        raise Unavailable

    spent = dict(browser.cookies)
    browser.cookies.pop("__Host-access")
    with monkeypatch.context() as patched:
        patched.setattr(Site, "about", away)
        assert browser.get("/settings/name").status == 503
    assert browser.cookies["__Host-refresh"] != spent["__Host-refresh"]
    assert "__Host-me" not in browser.cookies
    monkeypatch.setattr(sessions, "GRACE", timedelta())
    assert browser.get("/settings/name").status == 200
    assert browser.cookies["__Host-me"] == spent["__Host-me"]


def test_renewed_tokens_are_kept_though_a_form_is_too_large(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.cookies.pop("__Host-access")
    page = browser.send("/settings/name", {"display_name": "x" * LARGEST_FORM})
    assert page.status == 413
    assert page.h1
    monkeypatch.setattr(sessions, "GRACE", timedelta())
    assert browser.get("/settings/name").status == 200


# Live updates


def test_an_open_page_hears_of_new_notices(
    shared_house: House, browser: Browser, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIFETIME_S", (300.0, 300.0))
    assert browser.get("/settings/name").status == 200
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with reading(shared_house, "/live", {"Cookie": cookie}) as page:
        assert [data["kind"] for _, data in page.events] == [None]
        notified(shared_house, person)
        eventually(lambda: [kind for _, kind in page.news] == ["password_changed"])


def test_a_stranger_is_told_to_ask_no_more(http: httpx.Client) -> None:
    assert Browser(http).get("/live").status == 204
    late = Browser(http, {"__Host-refresh": "x" * 43})
    assert late.get("/live").status == 204
    assert "__Host-refresh" not in late.cookies


@pytest.mark.parametrize(("last_event_id", "status"), [("0", 200), ("x", 422)])
def test_tokens_that_a_stream_renews_are_kept(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, last_event_id: str, status: int
) -> None:
    browser.cookies.pop("__Host-access")
    stream = browser.get("/live", **{"Last-Event-ID": last_event_id})
    assert stream.status == status
    monkeypatch.setattr(sessions, "GRACE", timedelta())
    assert browser.get("/settings/name").status == 200


def test_the_sentence_of_a_success_is_one_of_ours(http: httpx.Client) -> None:
    browser = Browser(http, {"__Host-said": "<b>evil</b>"})
    assert "evil" not in browser.get("/sign-in").html
