"""Who may open which page of the site, and send which form."""

from __future__ import annotations

from http import HTTPStatus

import httpx
import pytest

from gateway.http.declaration import IN_BRACES, Allowed, Anyone, SignedIn
from gateway.pages.page import pages_of
from gateway.service import Gateway
from tests.support.browsing import Browser, PageSeen
from tests.support.factories import Person
from tests.support.site_access import ANYONE, SIGNED_IN, WHO_MAY

NO_ID = "018f0000-0000-7000-8000-000000000000"
LIMITED = [each for each, allowed in WHO_MAY.items() if allowed != ANYONE]
EACH_LIMITED = pytest.mark.parametrize("asked", LIMITED, ids=[" ".join(each) for each in LIMITED])


def said_of(allow: Allowed) -> str:
    if isinstance(allow, Anyone):
        return ANYONE
    return SIGNED_IN if isinstance(allow, SignedIn) else " or ".join(sorted(allow))


def test_the_table_names_each_page_and_form_with_whom_it_is_for() -> None:
    declared = {(each.method, each.path): said_of(each.allow) for each, _ in pages_of(Gateway)}
    assert declared == WHO_MAY


def test_the_table_is_sorted() -> None:
    assert [path for _, path in WHO_MAY] == sorted(path for _, path in WHO_MAY)


FORMS = [path for method, path in WHO_MAY if method == "POST"]


@pytest.mark.parametrize("prefix", ["", "/de"])
@pytest.mark.parametrize("path", FORMS)
def test_the_address_of_each_form_opens_a_page(http: httpx.Client, path: str, prefix: str) -> None:
    """A reload or a change of language asks for it, where the form was shown again."""
    answer = Browser(http).get(f"{prefix}{with_no_ids(path)}?tz=Asia/Tokyo")
    if ("GET", path) in WHO_MAY:
        assert answer.status in (HTTPStatus.OK, HTTPStatus.SEE_OTHER, HTTPStatus.NOT_FOUND)
        return
    assert answer.status == HTTPStatus.SEE_OTHER
    again = next(each.again for each, _ in pages_of(Gateway) if each.path == path)
    page = next(each for each, handler in pages_of(Gateway) if handler.__name__ == again)
    assert answer.location == f"{prefix}{with_no_ids(page.path)}?tz=Asia/Tokyo"


@pytest.mark.parametrize("path", ["/de", "/articles", "/de/specialists", "/sign-out"])
@pytest.mark.parametrize("query", ["", "?tz=Asia/Tokyo"])
def test_a_path_with_a_slash_at_its_end_leads_to_that_without(
    http: httpx.Client, path: str, query: str
) -> None:
    answer = http.get(f"{path}/{query}")
    assert answer.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert answer.headers["Location"] == f"{path}{query}"


def asked_at(browser: Browser, asked: tuple[str, str]) -> PageSeen:
    method, path = asked[0], with_no_ids(asked[1])
    return browser.get(path) if method == "GET" else browser.send(path, {})


def with_no_ids(path: str) -> str:
    """The path with an id in it that nothing has."""
    return IN_BRACES.sub(NO_ID, path)


@EACH_LIMITED
def test_a_visitor_is_asked_to_sign_in(http: httpx.Client, asked: tuple[str, str]) -> None:
    answer = asked_at(Browser(http), asked)
    if asked[0] == "GET":
        assert answer.status == HTTPStatus.SEE_OTHER
        assert answer.location.startswith("/sign-in?next=")
    else:
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert "Sign in" in answer.h1


@EACH_LIMITED
@pytest.mark.parametrize("role", ["client", "specialist", "admin"])
def test_an_account_of_another_role_is_refused(
    request: pytest.FixtureRequest, http: httpx.Client, asked: tuple[str, str], role: str
) -> None:
    if WHO_MAY[asked] in (SIGNED_IN, role):
        return
    person: Person = request.getfixturevalue(role)
    answer = asked_at(Browser(http, {"__Host-access": person.token}), asked)
    assert answer.status == HTTPStatus.FORBIDDEN
