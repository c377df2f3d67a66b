"""The platform as a process of its own, and a real browser in front of it.

Playwright hangs in a green process: nothing here may import what makes one. That is why these
tests run by themselves: ``pytest tests/browser``.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.running_platform import platform_at
from tests.browser.watched import Watched

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def platform_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the embedded platform."""
    return tmp_path_factory.mktemp("platform") / "data"


@pytest.fixture(scope="session")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a frontend that is not the platform's own: a server of empty pages."""
    folder = tmp_path_factory.mktemp("frontend")
    (folder / "index.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def platform_url(platform_data: Path, frontend: str) -> Iterator[str]:
    """Where the embedded platform serves."""
    with platform_at(platform_data, ORIGINS=frontend) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it. Where there is none, a laptop skips and CI fails."""
    if "chassis.concurrency.green" in sys.modules:
        pytest.skip("a browser can't be driven from a green process: run pytest tests/browser")
    names = ("chromium", "chromium-browser", "google-chrome")
    binary = next(filter(None, map(shutil.which, names)), None)
    if binary is None:
        reason = "no chromium is installed: run tests/install_servers.sh"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=binary, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    with browser.new_context() as context:
        watched = Watched(context.new_page())
        context.on("request", watched.note_request)
        context.on("requestfailed", watched.note_failure)
        watched.page.on("console", watched.note_message)
        watched.page.on("pageerror", watched.note_error)
        yield watched
