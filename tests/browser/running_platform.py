"""The platform in a process of its own, as ``firststep serve`` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "firststep.main"]
PATIENCE_S = 120.0
GRACE_S = 60.0


@contextmanager
def platform_at(data: Path, before: Sequence[str] = (), **settings: str) -> Iterator[str]:
    """Where the embedded platform serves inside the block; it must end well when it is told to.

    ``data``: its folder; the log is written beside it. ``before``: commands that run first, such as
    ``seed``. ``settings``: values by name, without the prefix.
    """
    address, log_file = f"127.0.0.1:{_free_port()}", data.with_name("log")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIRSTSTEP_")},
        "FIRSTSTEP_HTTP": address,
        "FIRSTSTEP_DATA": str(data),
        **{f"FIRSTSTEP_{name}": value for name, value in settings.items()},
    }
    for each in before:
        subprocess.run([*COMMAND, each], cwd=ROOT, env=environment, check=True, capture_output=True)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://{address}/readyz", process, log_file)
        yield f"http://{address}"
    finally:
        process.terminate()
        try:
            code = process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, log_file.read_text()


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
