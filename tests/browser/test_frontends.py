"""A frontend on another origin, in a real browser: what it may do with the API, and what not."""

from __future__ import annotations

from typing import Any

from tests.browser.watched import Watched

CALL = """async ([url, options]) => {
  const answer = await fetch(url, options);
  const known = answer.headers.get("X-Correlation-Id") !== null;
  return { status: answer.status, known, body: await answer.json() };
}"""
BOOKING = {
    "method": "POST",
    "headers": {
        "Authorization": "Bearer none",
        "Content-Type": "application/json",
        "Idempotency-Key": "a-key",
    },
    "body": "{}",
}


def call(watched: Watched, url: str, options: Any = None) -> Any:
    return watched.page.evaluate(CALL, [url, options or {}])


def test_a_frontend_elsewhere_reads_and_calls_the_api(
    watched: Watched, platform_url: str, frontend: str
) -> None:
    watched.page.goto(frontend)
    read = call(watched, f"{platform_url}/api/v1/featured")
    assert (read["status"], read["known"]) == (200, True)
    refused = call(watched, f"{platform_url}/api/v1/consultations", BOOKING)
    assert (refused["status"], refused["body"]["code"]) == (401, "bad_token")


def test_a_frontend_that_nobody_named_gets_nothing(
    watched: Watched, platform_url: str, frontend: str
) -> None:
    watched.page.goto(frontend.replace("127.0.0.1", "localhost"))
    tried = watched.page.evaluate(
        "url => fetch(url).then(() => 'read', error => error.name)",
        f"{platform_url}/api/v1/featured",
    )
    assert tried == "TypeError"
