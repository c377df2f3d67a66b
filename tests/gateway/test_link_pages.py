"""The pages around passwords and addresses: all local, and the token is in no log."""

from __future__ import annotations

import re

import httpx
import pytest
from structlog.testing import capture_logs

PAGES = pytest.mark.parametrize(
    "path", ["/verify-email", "/stop-email-change", "/reset-password", "/change-password"]
)


@PAGES
def test_a_page_may_load_from_its_own_origin_alone(http: httpx.Client, path: str) -> None:
    page = http.get(path)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) <= {"'none'", "'self'", "data:"}
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


@PAGES
def test_all_that_a_page_asks_for_is_served_here(http: httpx.Client, path: str) -> None:
    page = http.get(path).text
    asked_for = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert asked_for == ["data:,", "/site/page.css", "/site/link.js"]
    assert "<script>" not in page
    assert "style=" not in page
    for each in asked_for[1:]:
        assert http.get(each).status_code == 200


@PAGES
def test_no_log_shows_the_token_of_a_link(http: httpx.Client, path: str) -> None:
    with capture_logs() as logged:
        assert http.get(path, params={"token": "t0ken"}).status_code == 200
        assert http.get(f"{path}%3Ftoken=t0ken").status_code == 404
    assert [each["path"] for each in logged if each["event"] == "request"] == [path, f"{path}?…"]
    assert "t0ken" not in str(logged)


@PAGES
def test_a_page_asks_what_there_is_to_be_asked(http: httpx.Client, path: str) -> None:
    page = http.get(path).text
    [asked] = re.findall(r'data-path="([^"]+)"', page)
    [method] = re.findall(r'data-method="([^"]+)"', page) or ["PUT"]
    document = http.get("/openapi.json").json()
    assert method.lower() in document["paths"][asked]


def test_password_managers_find_where_passwords_are_changed(http: httpx.Client) -> None:
    answer = http.get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/change-password")
    absent = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert http.get(absent).status_code == 404


@pytest.mark.parametrize("path", ["/site/", "/site/links.py", "/site/..%2fdocs.py", "/site/x"])
def test_no_other_file_can_be_had(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404
