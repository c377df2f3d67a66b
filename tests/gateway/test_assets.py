"""Static files over HTTP: kept for a year under a hashed name, for a day under a fixed one."""

from __future__ import annotations

import gzip

import brotli
import httpx
import pytest

from gateway.site.look.assets import ASSETS, PREFIX, asset
from tests.support.platform import House, another_gateway

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
FIXED = {
    "/favicon.svg": "image/svg+xml",
    "/favicon.ico": "image/x-icon",
    "/apple-touch-icon.png": "image/png",
    "/icon-512.png": "image/png",
    "/site.webmanifest": "application/manifest+json",
    "/og/default.png": "image/png",
    "/og/sleep.png": "image/png",
    "/de/og/sleep.png": "image/png",
}
EACH_FIXED = pytest.mark.parametrize(("path", "kind"), FIXED.items(), ids=FIXED)


def raw(http: httpx.Client, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they came."""
    headers = {"Accept-Encoding": accepted}
    with httpx.stream("GET", http.base_url.join(path), headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("name", ASSETS)
def test_a_hashed_file_is_kept_for_a_year_and_never_asked_for_again(
    http: httpx.Client, name: str
) -> None:
    answer, body = raw(http, asset(name), "identity")
    assert answer.status_code == 200
    assert body == ASSETS[name].body
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.headers["Content-Type"] == ASSETS[name].kind
    assert answer.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    ("accepted", "coding", "decoded"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=1, br;q=0.1", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0", None, bytes),
    ],
)
def test_a_style_comes_in_the_coding_that_the_client_prefers(
    http: httpx.Client, accepted: str, coding: str | None, decoded: type[bytes]
) -> None:
    answer, body = raw(http, asset("site.css"), accepted)
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert decoded(body) == ASSETS["site.css"].body


def test_a_font_is_not_compressed_twice(http: httpx.Client) -> None:
    answer, body = raw(http, asset("figtree.woff2"), "br")
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers
    assert body == ASSETS["figtree.woff2"].body


def test_a_head_request_has_the_same_headers_and_no_body(http: httpx.Client) -> None:
    answer = http.head(asset("site.css"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == FOREVER


@pytest.mark.parametrize(
    "name",
    [
        "site.css",
        "site.000000000000.css",
        "made.sha256",
        "figtree.LICENSE",
        "source/build.mjs",
        "..%2fassets.py",
        "%2e%2e/assets.py",
        "",
    ],
)
def test_no_other_file_can_be_had(http: httpx.Client, name: str) -> None:
    answer = http.get(PREFIX + name)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@EACH_FIXED
def test_a_fixed_name_is_kept_for_a_day_and_then_revalidated(
    http: httpx.Client, path: str, kind: str
) -> None:
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Cache-Control"] == A_DAY
    again = http.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/og/absent.png", "/og/acceptance-and-commitment.png", "/og/sleep", "/fr/og/sleep.png"],
)
def test_previews_are_of_topics_alone(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


def test_a_preview_is_in_its_language(http: httpx.Client) -> None:
    assert http.get("/og/sleep.png").content != http.get("/de/og/sleep.png").content


def test_manifest_and_previews_have_the_operators_name(
    http: httpx.Client, shared_house: House
) -> None:
    with another_gateway(shared_house, SITE_NAME="Halbe Stunde") as other:
        manifest = other.http.get("/site.webmanifest").json()
        assert (manifest["name"], manifest["short_name"]) == ("Halbe Stunde", "Halbe Stunde")
        drawn = other.http.get("/og/sleep.png").content
    assert drawn != http.get("/og/sleep.png").content


def test_the_manifest_names_icons_that_are_served(http: httpx.Client) -> None:
    manifest = http.get("/site.webmanifest").json()
    assert manifest["name"] == "Firststep"
    for each in manifest["icons"]:
        found = http.get(each["src"])
        assert found.status_code == 200
        assert found.headers["Content-Type"] == each["type"]
