"""Who may open which page, and send which form."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from gateway.http.declaration import Anyone, SignedIn
from gateway.pages.declaration import PageDeclaration
from gateway.pages.page import pages_of
from gateway.service import Gateway
from tests.support.browsing import Browser, signed_in
from tests.support.factories import somebody

ANYONE = "anyone"
SIGNED_IN = "signed in"

WHO_MAY: dict[tuple[str, str], str] = {
    ("GET", "/"): ANYONE,
    ("GET", "/accessibility"): ANYONE,
    ("GET", "/erasures/{erasure_id}"): ANYONE,
    ("GET", "/for-specialists"): ANYONE,
    ("GET", "/forgotten"): ANYONE,
    ("POST", "/forgotten"): ANYONE,
    ("GET", "/forgotten/check-mail"): ANYONE,
    ("GET", "/free-consultation"): ANYONE,
    ("GET", "/health-data-consent"): ANYONE,
    ("GET", "/help-now"): ANYONE,
    ("GET", "/help-now/{country}"): ANYONE,
    ("GET", "/how-featuring-works"): ANYONE,
    ("GET", "/imprint"): ANYONE,
    ("POST", "/leave"): ANYONE,
    ("GET", "/offline"): ANYONE,
    ("GET", "/privacy"): ANYONE,
    ("GET", "/reset-password"): ANYONE,
    ("POST", "/reset-password"): ANYONE,
    ("GET", "/settings"): SIGNED_IN,
    ("GET", "/settings/calendar-feed"): SIGNED_IN,
    ("POST", "/settings/calendar-feed"): SIGNED_IN,
    ("POST", "/settings/calendar-feed/revocation"): SIGNED_IN,
    ("GET", "/settings/email"): SIGNED_IN,
    ("POST", "/settings/email"): SIGNED_IN,
    ("POST", "/settings/email/stop"): SIGNED_IN,
    ("GET", "/settings/erasure"): SIGNED_IN,
    ("POST", "/settings/erasure"): SIGNED_IN,
    ("GET", "/settings/export"): SIGNED_IN,
    ("GET", "/settings/export/file"): SIGNED_IN,
    ("GET", "/settings/name"): SIGNED_IN,
    ("POST", "/settings/name"): SIGNED_IN,
    ("GET", "/settings/password"): SIGNED_IN,
    ("POST", "/settings/password"): SIGNED_IN,
    ("GET", "/settings/preferences"): SIGNED_IN,
    ("POST", "/settings/preferences"): SIGNED_IN,
    ("GET", "/settings/recovery-codes"): SIGNED_IN,
    ("POST", "/settings/recovery-codes"): SIGNED_IN,
    ("GET", "/settings/second-factor"): SIGNED_IN,
    ("POST", "/settings/second-factor"): SIGNED_IN,
    ("GET", "/settings/second-factor/confirmation"): SIGNED_IN,
    ("POST", "/settings/second-factor/confirmation"): SIGNED_IN,
    ("POST", "/settings/second-factor/removal"): SIGNED_IN,
    ("GET", "/settings/sessions"): SIGNED_IN,
    ("POST", "/settings/sessions/end"): SIGNED_IN,
    ("POST", "/settings/sessions/end-all"): SIGNED_IN,
    ("POST", "/settings/sessions/end-others"): SIGNED_IN,
    ("GET", "/sign-in"): ANYONE,
    ("POST", "/sign-in"): ANYONE,
    ("GET", "/sign-in/code"): ANYONE,
    ("POST", "/sign-in/code"): ANYONE,
    ("POST", "/sign-out"): ANYONE,
    ("GET", "/sign-up"): ANYONE,
    ("POST", "/sign-up"): ANYONE,
    ("GET", "/sign-up/check-mail"): ANYONE,
    ("POST", "/sign-up/check-mail"): ANYONE,
    ("GET", "/specialists"): ANYONE,
    ("GET", "/specialists/{asked}"): ANYONE,
    ("GET", "/staying-safe"): ANYONE,
    ("GET", "/stop-email-change"): ANYONE,
    ("POST", "/stop-email-change"): ANYONE,
    ("GET", "/terms"): ANYONE,
    ("GET", "/verify-email"): ANYONE,
    ("POST", "/verify-email"): ANYONE,
}
"""In the order of paths."""
DECLARED: list[PageDeclaration] = [declaration for declaration, _ in pages_of(Gateway)]


def who_may(declaration: PageDeclaration) -> str:
    if isinstance(declaration.allow, Anyone):
        return ANYONE
    if isinstance(declaration.allow, SignedIn):
        return SIGNED_IN
    return " or ".join(declaration.allow)


def test_every_page_says_who_may_open_it() -> None:
    assert {(each.method, each.path): who_may(each) for each in DECLARED} == WHO_MAY


def a_path(declaration: PageDeclaration) -> str:
    return re.sub(r"{\w+}", str(uuid4()), declaration.path)


@pytest.fixture(scope="module")
def clients_browser(http: httpx.Client) -> Browser:
    return signed_in(http, somebody(http, "client").email)


PROTECTED = [each for each in DECLARED if who_may(each) != ANYONE]


@pytest.mark.parametrize("declaration", PROTECTED, ids=lambda each: f"{each.method} {each.path}")
def test_a_stranger_is_asked_to_sign_in(http: httpx.Client, declaration: PageDeclaration) -> None:
    browser, path = Browser(http), a_path(declaration)
    if declaration.method == "GET":
        answer = browser.get(f"/de{path}")
        assert answer.status == 303
        assert answer.location.startswith("/de/sign-in?next=%2F")
    else:
        answer = browser.send(path, {})
        assert (answer.status, answer.h1) == (401, "Sign in")


OF_OTHERS = [each for each in PROTECTED if who_may(each) not in (SIGNED_IN, "client")]


@pytest.mark.parametrize("declaration", OF_OTHERS, ids=lambda each: f"{each.method} {each.path}")
def test_another_role_is_refused(clients_browser: Browser, declaration: PageDeclaration) -> None:
    path = a_path(declaration)
    get = declaration.method == "GET"
    answer = clients_browser.get(path) if get else clients_browser.send(path, {})
    assert answer.status == 403
