"""What every answer bears, whoever made it: no guessing, framing or storing by browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from eventlet.event import Event

from chassis.errors import TooMany, Unavailable
from chassis.http import connection
from chassis.http import server as chassis_http
from chassis.http.server import headers_for
from chassis.runtime.process import Process
from gateway.api.health import HealthApi
from gateway.docs.pages import Docs
from gateway.http import encoding
from gateway.http import server as gateway_server
from gateway.http.encoding import SMALLEST
from gateway.http.endpoint import endpoint
from tests.gateway.raw_requests import GET_WITH_BODY, POST, raw
from tests.support.factories import PASSWORD, Person, a_published_article, an_editor
from tests.support.platform import an_embedded_broker

HSTS = "Strict-Transport-Security"


class Sulky(TooMany):
    """Asked too often in this test."""

    code = "sulky"


class FaultyGateway(HealthApi, Docs):
    name = "gateway"
    late = Event()

    @endpoint("GET", "/api/v1/faults/away", returns=None)
    def away(self) -> Any:
        """Something is away."""
        raise Unavailable

    @endpoint("GET", "/api/v1/faults/too-many", returns=None, errors=[Sulky])
    def too_many(self) -> Any:
        """Asked too often."""
        raise Sulky

    @endpoint("GET", "/api/v1/faults/bug", returns=None)
    def bug(self) -> Any:
        """A bug."""
        raise RuntimeError("a bug")

    @endpoint("GET", "/api/v1/faults/slow", returns=None)
    def slow(self) -> Any:
        """Takes longer than anybody waits."""
        self.late.wait()


@contextmanager
def faulty(url: str) -> Iterator[httpx.Client]:
    FaultyGateway.late = Event()
    config = {"AMQP_URI": an_embedded_broker(), "WEB_SERVER_ADDRESS": "127.0.0.1:0", "URL": url}
    with Process([FaultyGateway], config, []).running() as process:
        [gateway] = process.containers
        [server] = {each for each in gateway.extensions if hasattr(each, "address")}
        with httpx.Client(base_url=f"http://{server.address}", timeout=15) as http:
            yield http
            FaultyGateway.late.send()


@pytest.fixture(scope="module", params=["http://here.example", "https://here.example"])
def a_gateway(request: pytest.FixtureRequest) -> Iterator[tuple[httpx.Client, str]]:
    with faulty(request.param) as http:
        yield http, request.param


ANSWERS: dict[str, tuple[int, Callable[[httpx.Client], httpx.Response]]] = {
    "an answer": (200, lambda http: http.get("/healthz")),
    "a page": (200, lambda http: http.get("/docs")),
    "a script": (200, lambda http: http.get("/docs/start.js")),
    "no such path": (404, lambda http: http.get("/nothing")),
    "a doubled slash": (404, lambda http: http.get("//healthz")),
    "another doubled slash": (404, lambda http: http.get("/api//v1/faults/bug")),
    "a slash at the end": (404, lambda http: http.get("/healthz/")),
    "no such method": (405, lambda http: http.delete("/healthz")),
    "a bug": (500, lambda http: http.get("/api/v1/faults/bug")),
    "something away": (503, lambda http: http.get("/api/v1/faults/away")),
    "too many": (429, lambda http: http.get("/api/v1/faults/too-many")),
    "not ready": (200, lambda http: http.get("/readyz")),
    "too late": (503, lambda http: http.get("/api/v1/faults/slow")),
    "a malformed head": (400, lambda http: raw(http, POST + b"X-Any : y\r\n\r\n")),
    "a head that drips": (408, lambda http: raw(http, POST)),
    "a body that drips": (408, lambda http: raw(http, GET_WITH_BODY + b"\r\n")),
    "a large body": (413, lambda http: raw(http, GET_WITH_BODY + b"0000000\r\n\r\n")),
    "a long request line": (414, lambda http: http.get(f"/healthz?{'x' * 9000}")),
    "large headers": (431, lambda http: http.get("/healthz", headers={"X-Any": "y" * 40_000})),
    "an unknown method": (501, lambda http: raw(http, b"get / HTTP/1.1\r\nHost: x\r\n\r\n")),
    "an unknown version": (505, lambda http: raw(http, b"GET / HTTP/2.0\r\nHost: x\r\n\r\n")),
}


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_server, "OUTERMOST_DEADLINE_S", 0.2)
    monkeypatch.setattr(chassis_http, "BODY_DEADLINE_S", 0.1)
    monkeypatch.setattr(connection, "HEAD_DEADLINE_S", 0.1)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_bears_what_keeps_browsers_in_check(
    a_gateway: tuple[httpx.Client, str], name: str
) -> None:
    http, url = a_gateway
    status, ask = ANSWERS[name]

    answer = ask(http)

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Correlation-Id"].isalnum()
    assert (HSTS in answer.headers) == url.startswith("https")
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["detail"]
    assert answer.status_code not in (301, 302, 307, 308)


@pytest.mark.parametrize("told", ["https", "http", "https, http"])
def test_no_header_of_a_request_says_whether_the_site_has_tls(
    a_gateway: tuple[httpx.Client, str], told: str
) -> None:
    http, url = a_gateway
    for name in ("X-Forwarded-Proto", "X-Forwarded-Ssl", "Forwarded", "X-Url-Scheme"):
        answer = http.get("/healthz", headers={name: told})
        assert (HSTS in answer.headers) == url.startswith("https")


def test_https_is_promised_for_a_year_and_all_names_below() -> None:
    assert headers_for("https://here.example")[HSTS] == "max-age=31536000; includeSubDomains"
    assert HSTS in headers_for("HTTPS://here.example")
    assert HSTS not in headers_for("http://here.example")
    assert HSTS not in headers_for("")


# Public reads


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/articles",
        "/api/v1/articles/{slug}",
        "/api/v1/events/featured",
        "/api/v1/specialists",
        "/api/v1/specialists/{id}",
        "/api/v1/vocabulary",
        "/api/v1/helplines",
        "/.well-known/jwks.json",
        "/openapi.json",
        "/asyncapi.json",
    ],
)
def test_reads_that_are_the_same_for_everyone_bear_an_etag_that_matches_again(
    http: httpx.Client, specialist: Person, article: str, path: str
) -> None:
    path = path.format(id=specialist.id, slug=article)
    for first in (http.get(path), http.get(path)):  # by the whole way, and from the cache
        assert first.status_code == 200
        assert first.headers["Cache-Control"].startswith("public")
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        assert first.headers["Referrer-Policy"] == "same-origin"
        assert first.headers["Content-Security-Policy"] == "frame-ancestors 'none'"

        etag = first.headers["ETag"]
        for known in (etag, etag.removeprefix("W/"), f'"another", {etag}', "*"):
            again = http.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == etag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("coding", ["br", "gzip", ""])
def test_json_comes_in_the_coding_that_is_asked_for(
    http: httpx.Client, specialist: Person, coding: str
) -> None:
    for path in ("/api/v1/vocabulary", f"/api/v1/specialists/{specialist.id}/slots?limit=400"):
        answer = http.get(path, headers={"Accept-Encoding": coding or "identity"})
        assert len(answer.content) > SMALLEST
        assert answer.headers.get("Content-Encoding", "") == coding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.json()


def test_an_answer_whose_etag_names_a_version_is_sent_as_it_is(
    specialist: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "SMALLEST", 0)
    availability = specialist.get("/specialists/me/availability")
    assert not availability.headers["ETag"].startswith("W/")
    assert "Content-Encoding" not in availability.headers
    assert specialist.get("/me").headers["Content-Encoding"] == "br"


@pytest.fixture(scope="module")
def article(http: httpx.Client) -> str:
    """Published, its slug."""
    return a_published_article(an_editor(http))


@pytest.mark.parametrize(
    "path", ["/me", "/consultations", "/notifications", "/sessions", "/me/export"]
)
def test_private_reads_are_not_to_be_stored(client: Person, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_tokens_are_not_to_be_stored(http: httpx.Client, client: Person) -> None:
    """RFC 6749, section 5.1."""
    known = {"email": client.email, "password": PASSWORD}
    session = http.post("/api/v1/sessions", json=known)
    assert session.headers["Cache-Control"] == "no-store"
    refresh = {"refresh_token": session.json()["refresh_token"]}
    renewed = http.post("/api/v1/sessions/refresh", json=refresh)
    assert renewed.status_code == 200
    assert renewed.headers["Cache-Control"] == "no-store"


# Media types


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; charset=utf-8",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/x-json",
        "application/problem+json",
        "application/merge-patch+json",
        "application/jsonp",
        "application/json, text/plain",
        "text/plain, application/json",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/octet-stream",
        "json",
        "*/*",
        "",
        None,
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "accounts"), ("PUT", "password-resets")])
def test_json_is_taken_under_its_own_name_alone(
    http: httpx.Client, method: str, path: str, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = http.request(method, f"/api/v1/{path}", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    [error] = answer.json()["errors"]
    assert error["field"] == "Content-Type"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        'application/json ; charset="utf-8"',
    ],
)
def test_json_may_say_that_it_is_utf_8(http: httpx.Client, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = http.post("/api/v1/password-resets", content=b"{}", headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "gzip, gzip", "aes128gcm"])
@pytest.mark.parametrize("path", ["/api/v1/accounts", "/api/v1/sessions"])
def test_an_encoded_body_is_refused_by_name(http: httpx.Client, path: str, encoding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    answer = http.post(path, content=b"\x1f\x8b", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_encoding")
    assert answer.headers["Accept-Encoding"] == "identity"
    [error] = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("Content-Encoding", encoding)


def test_an_encoded_picture_is_refused_before_it_is_read(specialist: Person) -> None:
    headers = {"Content-Type": "image/png", "Content-Encoding": "gzip"}
    answer = specialist.http.put(
        "/api/v1/specialists/me/photo",
        content=b"\x1f\x8b",
        headers={**headers, "Authorization": f"Bearer {specialist.token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_encoding")


def test_what_takes_no_body_needs_no_media_type(client: Person) -> None:
    answer = client.http.request(
        "DELETE", "/api/v1/calendar-feed", headers={"Authorization": f"Bearer {client.token}"}
    )
    assert answer.status_code == 204
