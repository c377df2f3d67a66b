"""A seeded platform in a process of its own, and the people who visit its pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.site.people import People

ROOT = Path(__file__).parents[3]
PATIENCE_S = 120.0
GRACE_S = 60.0


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a platform with demo data; it must end well when it is told to."""
    folder = tmp_path_factory.mktemp("site")
    address = f"127.0.0.1:{_free_port()}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIRSTSTEP_")},
        "FIRSTSTEP_HTTP": address,
        "FIRSTSTEP_DATA": str(folder / "data"),
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
def people(site: str) -> Iterator[People]:
    """The demo people, each signed in once."""
    people = People(site)
    yield people
    people.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


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
