"""Who may call what."""

from __future__ import annotations

import re

import httpx
import pytest

from gateway.http.declaration import Anyone, SignedIn
from gateway.http.endpoint import declarations_of
from gateway.http.problems import CHALLENGE
from gateway.service import Gateway
from tests.support.factories import Person, a_client, a_specialist, an_admin

ANYONE = "anyone"
SIGNED_IN = "signed in"

WHO_MAY: dict[tuple[str, str], str] = {
    ("GET", "/api/v1/articles"): ANYONE,
    ("POST", "/api/v1/articles"): "editor",
    ("GET", "/api/v1/articles/{slug}"): ANYONE,
    ("PATCH", "/api/v1/articles/{slug}"): "editor",
    ("PUT", "/api/v1/articles/{slug}/publication"): "editor",
    ("DELETE", "/api/v1/articles/{slug}/publication"): "editor",
    ("GET", "/api/v1/manuscripts"): "editor",
    ("GET", "/api/v1/manuscripts/{slug}"): "editor",
    ("POST", "/api/v1/manuscripts/rendering"): "editor",
    ("GET", "/.well-known/jwks.json"): ANYONE,
    ("GET", "/api/v1/agreements"): ANYONE,
    ("POST", "/api/v1/accounts"): ANYONE,
    ("POST", "/api/v1/email-verifications"): ANYONE,
    ("PUT", "/api/v1/email-verifications"): ANYONE,
    ("PUT", "/api/v1/email-change-stops"): ANYONE,
    ("POST", "/api/v1/password-resets"): ANYONE,
    ("PUT", "/api/v1/password-resets"): ANYONE,
    ("GET", "/api/v1/consultations"): SIGNED_IN,
    ("POST", "/api/v1/consultations"): "client",
    ("GET", "/api/v1/consultations/at-risk"): "admin",
    ("GET", "/api/v1/consultations/{consultation_id}"): SIGNED_IN,
    ("GET", "/api/v1/consultations/{consultation_id}.ics"): SIGNED_IN,
    ("GET", "/api/v1/consultations/{consultation_id}/slots"): SIGNED_IN,
    ("POST", "/api/v1/calendar-feed"): SIGNED_IN,
    ("DELETE", "/api/v1/calendar-feed"): SIGNED_IN,
    ("GET", "/api/v1/calendar-feeds/{token}.ics"): ANYONE,
    ("GET", "/api/v1/figures"): "admin",
    ("PUT", "/api/v1/consultations/{consultation_id}/note"): SIGNED_IN,
    ("DELETE", "/api/v1/consultations/{consultation_id}/note"): SIGNED_IN,
    ("POST", "/api/v1/consultations/{consultation_id}/attendance"): SIGNED_IN,
    ("POST", "/api/v1/consultations/{consultation_id}/cancellation"): SIGNED_IN,
    ("GET", "/api/v1/consultations/{consultation_id}/outcome"): SIGNED_IN,
    ("POST", "/api/v1/consultations/{consultation_id}/outcome"): SIGNED_IN,
    ("POST", "/api/v1/consultations/{consultation_id}/rescheduling"): SIGNED_IN,
    ("GET", "/api/v1/erasures/{erasure_id}"): ANYONE,
    ("GET", "/api/v1/events/featured"): ANYONE,
    ("GET", "/api/v1/featured"): ANYONE,
    ("GET", "/api/v1/licences"): "admin",
    ("GET", "/api/v1/me"): SIGNED_IN,
    ("PATCH", "/api/v1/me"): SIGNED_IN,
    ("GET", "/api/v1/me/preferences"): SIGNED_IN,
    ("PUT", "/api/v1/me/preferences"): SIGNED_IN,
    ("POST", "/api/v1/me/email"): SIGNED_IN,
    ("DELETE", "/api/v1/me/pending-email"): SIGNED_IN,
    ("PUT", "/api/v1/me/password"): SIGNED_IN,
    ("POST", "/api/v1/me/recovery-codes"): SIGNED_IN,
    ("POST", "/api/v1/me/totp"): SIGNED_IN,
    ("PUT", "/api/v1/me/totp"): SIGNED_IN,
    ("POST", "/api/v1/me/totp/removal"): SIGNED_IN,
    ("POST", "/api/v1/me/erasure"): SIGNED_IN,
    ("GET", "/api/v1/me/export"): SIGNED_IN,
    ("GET", "/api/v1/notifications"): SIGNED_IN,
    ("POST", "/api/v1/notifications/read"): SIGNED_IN,
    ("GET", "/api/v1/notifications/stream"): SIGNED_IN,
    ("POST", "/api/v1/notifications/{notice_id}/read"): SIGNED_IN,
    ("GET", "/api/v1/photos/{name}"): ANYONE,
    ("DELETE", "/api/v1/sessions"): SIGNED_IN,
    ("GET", "/api/v1/sessions"): SIGNED_IN,
    ("POST", "/api/v1/sessions"): ANYONE,
    ("DELETE", "/api/v1/sessions/current"): SIGNED_IN,
    ("DELETE", "/api/v1/sessions/others"): SIGNED_IN,
    ("POST", "/api/v1/sessions/second-factor"): ANYONE,
    ("POST", "/api/v1/sessions/refresh"): ANYONE,
    ("DELETE", "/api/v1/sessions/{session_id}"): SIGNED_IN,
    ("GET", "/api/v1/specialists"): ANYONE,
    ("POST", "/api/v1/specialists"): "specialist",
    ("GET", "/api/v1/specialists/me"): "specialist",
    ("PATCH", "/api/v1/specialists/me"): "specialist",
    ("GET", "/api/v1/specialists/me/featuring"): "specialist",
    ("GET", "/api/v1/specialists/me/availability"): "specialist",
    ("PUT", "/api/v1/specialists/me/availability"): "specialist",
    ("GET", "/api/v1/specialists/me/licence"): "specialist",
    ("PUT", "/api/v1/specialists/me/licence"): "specialist",
    ("PUT", "/api/v1/specialists/me/licence/document"): "specialist",
    ("DELETE", "/api/v1/specialists/me/photo"): "specialist",
    ("PUT", "/api/v1/specialists/me/photo"): "specialist",
    ("GET", "/api/v1/specialists/me/figures"): "specialist",
    ("GET", "/api/v1/specialists/me/external-calendars"): "specialist",
    ("POST", "/api/v1/specialists/me/external-calendars"): "specialist",
    ("GET", "/api/v1/specialists/me/external-calendars/{calendar_id}"): "specialist",
    ("PUT", "/api/v1/specialists/me/external-calendars/{calendar_id}"): "specialist",
    ("DELETE", "/api/v1/specialists/me/external-calendars/{calendar_id}"): "specialist",
    ("POST", "/api/v1/specialists/me/external-calendars/{calendar_id}/reading"): "specialist",
    ("GET", "/api/v1/specialists/{specialist_id}"): ANYONE,
    ("GET", "/api/v1/specialists/{specialist_id}/history"): "admin",
    ("GET", "/api/v1/specialists/{specialist_id}/licence"): "admin",
    ("GET", "/api/v1/specialists/{specialist_id}/licence/document"): "admin",
    ("GET", "/api/v1/specialists/{specialist_id}/slots"): ANYONE,
    ("GET", "/api/v1/specialists/{specialist_id}/slots/nearest"): ANYONE,
    ("GET", "/api/v1/specialists/{specialist_id}/days"): ANYONE,
    ("PUT", "/api/v1/specialists/{specialist_id}/verification"): "admin",
    ("GET", "/api/v1/vocabulary"): ANYONE,
    ("GET", "/api/v1/helplines"): ANYONE,
    ("GET", "/api/v1/held-slots"): "client",
    ("POST", "/api/v1/held-slots"): "client",
    ("POST", "/api/v1/sign-ups/held-slot"): ANYONE,
    ("DELETE", "/api/v1/waitlist"): "client",
    ("GET", "/api/v1/waitlist"): "client",
    ("POST", "/api/v1/waitlist"): "client",
    ("GET", "/healthz"): ANYONE,
    ("GET", "/readyz"): ANYONE,
}

ENDS_SESSIONS = {
    ("DELETE", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/current"),
    ("DELETE", "/api/v1/sessions/others"),
}
EACH_ENDPOINT = pytest.mark.parametrize(
    ("endpoint", "allowed"), WHO_MAY.items(), ids=[" ".join(each) for each in WHO_MAY]
)
NO_BODYS_ID = "018f0000-0000-7000-8000-000000000000"


def test_the_table_above_names_each_endpoint_and_no_other() -> None:
    declared = {
        (declaration.method, declaration.path) for declaration, _ in declarations_of(Gateway)
    }
    assert declared == set(WHO_MAY)


def test_each_endpoint_declares_what_the_table_says() -> None:
    for declaration, _ in declarations_of(Gateway):
        allow = declaration.allow
        if isinstance(allow, Anyone):
            said = ANYONE
        elif isinstance(allow, SignedIn):
            said = SIGNED_IN
        else:
            said = " or ".join(allow)
        assert said == WHO_MAY[declaration.method, declaration.path], declaration.path


@EACH_ENDPOINT
def test_nobody_is_asked_to_sign_in_where_that_is_needed(
    http: httpx.Client, endpoint: tuple[str, str], allowed: str
) -> None:
    response = _call(http, endpoint)
    if allowed == ANYONE:
        assert response.status_code not in (401, 403)
    else:
        assert response.status_code == 401
        assert response.json()["code"] == "unauthenticated"
        assert response.headers["WWW-Authenticate"] == CHALLENGE


@EACH_ENDPOINT
@pytest.mark.parametrize("role", ["client", "specialist", "admin"])
def test_who_has_another_role_is_refused_before_what_they_sent_is_read(
    request: pytest.FixtureRequest, endpoint: tuple[str, str], allowed: str, role: str
) -> None:
    person: Person = request.getfixturevalue(role)
    if endpoint in ENDS_SESSIONS:  # those of whoever all other tests use go on
        person = {"client": a_client, "specialist": a_specialist, "admin": an_admin}[role](
            person.http
        )
    response = _call(person.http, endpoint, person.token)
    if allowed in (ANYONE, SIGNED_IN, role):
        assert response.status_code not in (401, 403)
    else:
        assert response.status_code == 403, response.text
        assert response.json()["code"] == "forbidden"
        assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
        assert allowed in response.json()["detail"]


def _call(http: httpx.Client, endpoint: tuple[str, str], token: str = "") -> httpx.Response:
    """With a body that no endpoint takes: it must not matter to who is refused."""
    method, path = endpoint
    kinds = {"slug": "no-such-article", "token": "no-such-feed"}
    path = re.sub(r"{(\w+)}", lambda match: kinds.get(match[1], NO_BODYS_ID), path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = None if method == "GET" else {"unknown": True}
    return http.request(method, path, json=body, headers=headers)
