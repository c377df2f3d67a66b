"""What a page shows while it comes: fonts that are late, a slow network, half of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route, TimeoutError, ViewportSize

from tests.browser.site import checks

PHONE: ViewportSize = {"width": 390, "height": 844}
PATHS = ["/", "/de/specialists", "/specialists/amira-haddad", "/help-now", "/sign-up"]
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length"
STYLED = "() => document.styleSheets.length"
FONTS = "**/*.woff2"
HALF_OF_A_BUTTON = b"data-leave>"
POLLING_MS, A_WHILE_MS, PATIENCE_S = 50.0, 1000.0, 60.0
Visit = Callable[..., BrowserContext]


class HalfPages(ThreadingHTTPServer):
    """The site, but the second half of a page comes when ``rest`` is set."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), HalfAnswer)
        self.site = site
        self.rest = Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class HalfAnswer(BaseHTTPRequestHandler):
    server: HalfPages

    def do_GET(self) -> None:
        asked = {"Accept": self.headers["Accept"]}
        answer = httpx.get(f"{self.server.site}{self.path}", headers=asked, timeout=PATIENCE_S)
        first, cut, second = answer.content.partition(HALF_OF_A_BUTTON)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(first + cut)
        if second:
            self.server.rest.wait(PATIENCE_S)
            self.wfile.write(second)

    def log_message(self, *_: object) -> None:
        """Tests stay quiet."""


@pytest.fixture
def half_pages(site: str) -> Iterator[HalfPages]:
    with HalfPages(site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.rest.set()
        server.shutdown()


@pytest.mark.parametrize("path", PATHS)
def test_text_waits_for_no_font_and_does_not_move_when_they_come(visit: Visit, path: str) -> None:
    page, late = visit(viewport=PHONE).new_page(), list[Route]()

    def keep(route: Route) -> None:
        late.append(route)

    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_4G)
    page.route(FONTS, keep)
    page.goto(path, wait_until="domcontentloaded")
    page.wait_for_function(PAINTED, polling=POLLING_MS)
    assert checks.largest_paint(page) == "text"
    assert late
    for each in late:
        each.continue_()
    page.wait_for_load_state("networkidle")
    assert checks.layout_shift(page) == 0


def test_half_of_a_page_is_not_painted(visit: Visit, half_pages: HalfPages) -> None:
    """What is there would move when the rest comes."""
    page = visit(viewport=PHONE).new_page()
    page.goto(f"{half_pages.address}/nothing-here", wait_until="commit")
    page.wait_for_function(STYLED, polling=POLLING_MS)
    with pytest.raises(TimeoutError):
        page.wait_for_function(PAINTED, polling=POLLING_MS, timeout=A_WHILE_MS)
    half_pages.rest.set()
    page.wait_for_function(PAINTED, polling=POLLING_MS)
    assert checks.layout_shift(page) == 0
