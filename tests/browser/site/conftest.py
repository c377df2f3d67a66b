"""A seeded platform in a process of its own, and the people who visit its pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.site.browsers import CALM, Browsers
from tests.browser.site.mailbox import Mailbox
from tests.browser.site.people import People, from_anywhere

ROOT = Path(__file__).parents[3]
PATIENCE_S = 120.0
PATIENCE_MS = 15_000.0
GRACE_S = 60.0


@pytest.fixture(scope="session")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the platform: databases, and mails."""
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture(scope="session")
def site(site_data: Path) -> Iterator[str]:
    """The address of a platform with demo data; it must end well when it is told to.

    It trusts one proxy, so that each person can come from a network of their own.
    """
    folder = site_data.parent
    address = f"127.0.0.1:{_free_port()}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIRSTSTEP_")},
        "FIRSTSTEP_HTTP": address,
        "FIRSTSTEP_DATA": str(site_data),
        "FIRSTSTEP_PROXIES": "1",
    }
    command = [sys.executable, "-m", "firststep.main"]
    for step in ("migrate", "seed"):
        subprocess.run([*command, step], cwd=ROOT, env=environment, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://{address}/readyz", process, folder / "log")
        yield f"http://{address}"
    finally:
        process.terminate()
        code = process.wait(GRACE_S)
    assert code == 0, (folder / "log").read_text()


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


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready within {PATIENCE_S} s: {log.read_text()}")
