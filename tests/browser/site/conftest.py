"""A seeded platform in a process of its own, and the people who visit its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.running_platform import platform_at
from tests.browser.site.browsers import CALM, Browsers
from tests.browser.site.mailbox import Mailbox
from tests.browser.site.people import People, from_anywhere

PATIENCE_MS = 15_000.0


@pytest.fixture(scope="session")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the platform: databases, and mails."""
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture(scope="session")
def site(site_data: Path) -> Iterator[str]:
    """The address of a platform with demo data.

    It trusts one proxy, so that each person can come from a network of their own.
    """
    with platform_at(site_data, before=["migrate", "seed"], PROXIES="1") as address:
        yield address


@pytest.fixture(scope="session")
def people(site: str, mailbox: Mailbox, site_data: Path) -> Iterator[People]:
    """The demo people, each signed in once."""
    people = People(site, mailbox, site_data)
    yield people
    people.close()


@pytest.fixture(scope="session")
def mailbox(site_data: Path) -> Mailbox:
    return Mailbox(site_data / "mail")


@pytest.fixture(scope="session")
def browsers(browser: Browser, people: People) -> Iterator[Browsers]:
    browsers = Browsers(browser, people)
    yield browsers
    browsers.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser from a network of its own; options are those of a browser context."""
    opened: list[BrowserContext] = []

    def visit(**options: Any) -> BrowserContext:
        context = browser.new_context(**{**CALM, **options, "base_url": site})
        context.set_extra_http_headers(from_anywhere())
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield visit
    for context in opened:
        context.close()


@pytest.fixture
def serving() -> Iterator[Callable[[bytes], str]]:
    """A server of one page; gives its address."""
    with HTTPServer(("127.0.0.1", 0), OnePage) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def serve(page: bytes) -> str:
            OnePage.page = page
            return f"http://127.0.0.1:{server.server_port}/"

        yield serve
        server.shutdown()


class OnePage(BaseHTTPRequestHandler):
    page = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page if self.path == "/" else b"")

    def log_message(self, *_: object) -> None:
        """Tests stay quiet."""
