"""Browser frontends on other origins: those that an operator names may call the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from gateway.http.cors import PREFLIGHT_LIFETIME_S, REQUEST_HEADERS, RESPONSE_HEADERS
from tests.gateway.raw_requests import GET_WITH_BODY, POST, raw
from tests.support.platform import House, another_gateway

FRONTEND = "https://app.example"
STRANGER = "https://elsewhere.example"
ALLOWED = "Access-Control-Allow-Origin"


@dataclass
class Gateways:
    """Gateways that differ in the origins which their operator named."""

    named: httpx.Client
    without: httpx.Client
    all: httpx.Client


@pytest.fixture(scope="module")
def cors(shared_house: House) -> Iterator[Gateways]:
    with ExitStack() as stack:

        def gateway(*origins: str) -> httpx.Client:
            return stack.enter_context(another_gateway(shared_house, ORIGINS=origins)).http

        yield Gateways(gateway(FRONTEND, "http://127.0.0.1:5173"), gateway(), gateway("*"))


def asks_first(http: httpx.Client, path: str, method: str, origin: str) -> httpx.Response:
    """As a browser does before a request that is not simple."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    return http.options(path, headers=headers)


ANSWERS: dict[str, Callable[[httpx.Client, str], httpx.Response]] = {
    "a public read": lambda http, who: http.get("/api/v1/vocabulary", headers={"Origin": who}),
    "a list at the door": lambda http, who: http.get("/api/v1/featured", headers={"Origin": who}),
    "the description": lambda http, who: http.get("/openapi.json", headers={"Origin": who}),
    "not signed in": lambda http, who: http.get("/api/v1/me", headers={"Origin": who}),
    "a refused body": lambda http, who: http.post(
        "/api/v1/sessions", json={}, headers={"Origin": who}
    ),
    "not JSON": lambda http, who: http.post(
        "/api/v1/sessions", content=b"a=b", headers={"Origin": who}
    ),
    "nothing there": lambda http, who: http.get("/api/v1/nothing", headers={"Origin": who}),
    "another method": lambda http, who: http.delete("/api/v1/featured", headers={"Origin": who}),
    "too large": lambda http, who: raw(
        http,
        GET_WITH_BODY.replace(b"/healthz", b"/api/v1/me")
        + b"0000000\r\nOrigin: "
        + who.encode()
        + b"\r\n\r\n",
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_frontend_that_is_named_may_read_every_answer(answer: str, cors: Gateways) -> None:
    response = ANSWERS[answer](cors.named, FRONTEND)
    assert response.headers[ALLOWED] == FRONTEND
    assert "Origin" in response.headers["Vary"]
    assert response.headers["Access-Control-Expose-Headers"] == ", ".join(RESPONSE_HEADERS)
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_frontend_that_is_not_named_may_read_none(answer: str, cors: Gateways) -> None:
    response = ANSWERS[answer](cors.named, STRANGER)
    assert ALLOWED not in response.headers
    assert "Origin" in response.headers["Vary"], "a cache would answer others with it"


@pytest.mark.parametrize("answer", ANSWERS)
def test_where_none_is_named_no_answer_speaks_of_origins(answer: str, cors: Gateways) -> None:
    response = ANSWERS[answer](cors.without, FRONTEND)
    assert ALLOWED not in response.headers
    assert "Origin" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("answer", ANSWERS)
def test_where_all_are_named_all_may_read(answer: str, cors: Gateways) -> None:
    assert ANSWERS[answer](cors.all, STRANGER).headers[ALLOWED] == "*"


def test_not_modified_may_be_read_too(cors: Gateways) -> None:
    etag = cors.named.get("/api/v1/vocabulary").headers["ETag"]
    again = {"Origin": FRONTEND, "If-None-Match": etag}
    response = cors.named.get("/api/v1/vocabulary", headers=again)
    assert (response.status_code, response.headers[ALLOWED]) == (304, FRONTEND)


@pytest.mark.parametrize(
    "malformed",
    [POST + b"X-Any : y\r\n\r\n", b"GET /api/v1/me HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n"],
)
def test_the_refusal_of_a_head_may_be_read_by_every_frontend(
    malformed: bytes, cors: Gateways
) -> None:
    assert raw(cors.named, malformed).headers[ALLOWED] == "*"
    assert ALLOWED not in raw(cors.without, malformed).headers


def test_a_frontend_that_asks_first_hears_what_it_may_send(cors: Gateways) -> None:
    response = asks_first(cors.named, "/api/v1/consultations", "POST", FRONTEND)
    assert response.status_code == 204
    assert response.headers[ALLOWED] == FRONTEND
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert response.headers["Access-Control-Allow-Headers"] == ", ".join(REQUEST_HEADERS)
    assert response.headers["Access-Control-Max-Age"] == str(PREFLIGHT_LIFETIME_S)
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_frontend_that_is_not_named_hears_so(cors: Gateways) -> None:
    response = asks_first(cors.named, "/api/v1/consultations", "POST", STRANGER)
    assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed")
    assert ALLOWED not in response.headers


def test_pages_are_for_their_own_origin(cors: Gateways) -> None:
    response = cors.named.get("/verify-email", headers={"Origin": FRONTEND})
    assert (response.status_code, ALLOWED in response.headers) == (200, False)
    assert asks_first(cors.named, "/verify-email", "GET", FRONTEND).status_code == 403


def test_a_question_about_methods_is_no_preflight(cors: Gateways) -> None:
    response = cors.named.options("/api/v1/featured", headers={"Origin": FRONTEND})
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}
