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

ANYONE, SIGNED_IN = "anyone", "signed in"
NO_ID = "018f0000-0000-7000-8000-000000000000"

WHO_MAY: dict[tuple[str, str], str] = {
    ("GET", "/"): ANYONE,
    ("GET", "/accessibility"): ANYONE,
    ("GET", "/admin"): SIGNED_IN,
    ("GET", "/admin/at-risk"): "admin",
    ("GET", "/admin/figures"): "admin",
    ("GET", "/admin/licences"): "admin",
    ("GET", "/admin/licences/{specialist_id}"): "admin",
    ("POST", "/admin/licences/{specialist_id}"): "admin",
    ("GET", "/admin/licences/{specialist_id}/document"): "admin",
    ("GET", "/articles"): ANYONE,
    ("GET", "/articles/{slug}"): ANYONE,
    ("GET", "/booking/check-mail"): ANYONE,
    ("POST", "/booking/check-mail"): ANYONE,
    ("GET", "/consultations"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/attendance"): SIGNED_IN,
    ("POST", "/consultations/{consultation_id}/attendance"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/calendar.ics"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/cancellation"): SIGNED_IN,
    ("POST", "/consultations/{consultation_id}/cancellation"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/note"): SIGNED_IN,
    ("POST", "/consultations/{consultation_id}/note"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/outcome"): SIGNED_IN,
    ("POST", "/consultations/{consultation_id}/outcome"): SIGNED_IN,
    ("GET", "/consultations/{consultation_id}/rescheduling"): SIGNED_IN,
    ("POST", "/consultations/{consultation_id}/rescheduling"): SIGNED_IN,
    ("GET", "/desk"): SIGNED_IN,
    ("GET", "/desk/calendars"): "specialist",
    ("POST", "/desk/calendars"): "specialist",
    ("POST", "/desk/calendars/reading"): "specialist",
    ("POST", "/desk/calendars/removal"): "specialist",
    ("GET", "/desk/featuring"): "specialist",
    ("GET", "/desk/figures"): "specialist",
    ("GET", "/desk/hours"): "specialist",
    ("POST", "/desk/hours"): "specialist",
    ("GET", "/desk/licence"): "specialist",
    ("POST", "/desk/licence"): "specialist",
    ("POST", "/desk/listing"): "specialist",
    ("GET", "/desk/profile"): "specialist",
    ("POST", "/desk/profile"): "specialist",
    ("POST", "/desk/profile/photo"): "specialist",
    ("POST", "/desk/profile/photo/removal"): "specialist",
    ("GET", "/desk/profile/preview"): "specialist",
    ("POST", "/desk/profile/preview"): "specialist",
    ("GET", "/editing/articles"): "editor",
    ("GET", "/editing/articles/new"): "editor",
    ("POST", "/editing/articles/new"): "editor",
    ("POST", "/editing/articles/new/preview"): "editor",
    ("GET", "/editing/articles/{slug}"): "editor",
    ("POST", "/editing/articles/{slug}"): "editor",
    ("GET", "/editing/articles/{slug}/preview"): "editor",
    ("POST", "/editing/articles/{slug}/preview"): "editor",
    ("GET", "/editing/articles/{slug}/publication"): "editor",
    ("POST", "/editing/articles/{slug}/publication"): "editor",
    ("POST", "/editing/articles/{slug}/publication/schedule"): "editor",
    ("POST", "/editing/articles/{slug}/publication/withdrawal"): "editor",
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
    ("GET", "/notices"): SIGNED_IN,
    ("POST", "/notices"): SIGNED_IN,
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
    ("POST", "/settings/export"): SIGNED_IN,
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
    ("GET", "/specialists/{specialist_id}/booking"): ANYONE,
    ("POST", "/specialists/{specialist_id}/booking"): "client",
    ("POST", "/specialists/{specialist_id}/booking/sign-up"): ANYONE,
    ("GET", "/specialists/{specialist_id}/waitlist"): "client",
    ("POST", "/specialists/{specialist_id}/waitlist"): "client",
    ("GET", "/staying-safe"): ANYONE,
    ("GET", "/stop-email-change"): ANYONE,
    ("POST", "/stop-email-change"): ANYONE,
    ("GET", "/terms"): ANYONE,
    ("GET", "/verify-email"): ANYONE,
    ("POST", "/verify-email"): ANYONE,
    ("GET", "/waitlist"): "client",
    ("POST", "/waitlist"): "client",
}
"""By method and path, sorted by path."""
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
