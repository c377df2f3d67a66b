"""The platform as a process of its own, and a real browser in front of it.

Playwright hangs in a green process: nothing here may import what makes one. That is why these
tests run by themselves: ``pytest tests/browser``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.watched import Watched

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
GRACE_S = 60.0
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
    """Where the embedded platform serves; it must end well when it is told to."""
    folder = platform_data.parent
    address = f"127.0.0.1:{_free_port()}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIRSTSTEP_")},
        "FIRSTSTEP_HTTP": address,
        "FIRSTSTEP_DATA": str(platform_data),
        "FIRSTSTEP_ORIGINS": frontend,
    }
    command = [sys.executable, "-m", "firststep.main", "serve"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(f"http://{address}/readyz", process, folder / "log")
        yield f"http://{address}"
    finally:
        process.terminate()
        try:
            code = process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, (folder / "log").read_text()


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
