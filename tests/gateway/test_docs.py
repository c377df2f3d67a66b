"""The page that shows the API to people: all of it local, nothing else allowed in."""

from __future__ import annotations

import re

import httpx
import pytest

LOCAL = re.compile(r'(?:src|href)="(/docs/[^"]+)"')


def test_the_page_may_load_from_its_own_origin_alone(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    for sources in policy.values():
        assert set(sources.split()) <= {"'none'", "'self'", "'unsafe-inline'", "data:"}


def test_all_that_the_page_asks_for_is_served_here(http: httpx.Client) -> None:
    page = http.get("/docs").text
    asked_for = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert asked_for == LOCAL.findall(page)
    assert "<script>" not in page
    for path in asked_for:
        response = http.get(path)
        assert response.status_code == 200
        expected = {"css": "text/css", "js": "text/javascript", "png": "image/png"}
        assert response.headers["Content-Type"].startswith(expected[path.rpartition(".")[2]])


def test_the_page_shows_this_description_and_asks_no_validator(http: httpx.Client) -> None:
    start = http.get("/docs/start.js").text
    assert 'url: "/openapi.json"' in start
    assert "validatorUrl: null" in start


def test_big_files_may_be_kept_for_a_day(http: httpx.Client) -> None:
    kept = http.get("/docs/swagger-ui-bundle.js").headers["Cache-Control"]
    assert kept == "public, max-age=86400"


@pytest.mark.parametrize("name", ["index.html", "%2e%2e%2f__init__.py", "nothing.js", "%00"])
def test_no_other_file_can_be_had(http: httpx.Client, name: str) -> None:
    assert http.get(f"/docs/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json"])
def test_machines_get_the_descriptions_as_json(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["info"]["title"].startswith("Firststep")
