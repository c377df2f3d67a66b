"""Processes of the ``firststep`` command that ``forkserver`` starts."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from tests.system.forkserver import Request

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 120


class Forked:
    """A running process, with what tests use of ``subprocess.Popen``."""

    def __init__(self, request: Request) -> None:
        self.args = [request["module"], *request["arguments"]]
        self.returncode: int | None = None
        self._reports = socket.socket(socket.AF_UNIX)
        self._reports.connect(_fork_server())
        self._reports.sendall(json.dumps(request).encode() + b"\n")
        self._lines = b""
        self.pid = self._reported()

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; negative where a signal ended it."""
        if self.returncode is None:
            self._reports.settimeout(timeout)
            try:
                self.returncode = self._reported()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._reports.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _reported(self) -> int:
        while b"\n" not in self._lines:
            received = self._reports.recv(64)
            if not received:
                raise ConnectionError("the fork server has ended")
            self._lines += received
        line, _, self._lines = self._lines.partition(b"\n")
        return int(line)


@cache
def _fork_server() -> str:
    """The address of the fork server, which is started with the first process."""
    folder = tempfile.TemporaryDirectory(prefix="firststep-fork-")
    address, log = Path(folder.name) / "socket", Path(folder.name) / "log"
    command = [sys.executable, "-m", "tests.system.forkserver", str(address)]
    with log.open("wb") as said:
        server = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    atexit.register(folder.cleanup)
    atexit.register(server.wait)
    atexit.register(server.terminate)
    deadline = time.monotonic() + READY_WITHIN_S
    while not address.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the fork server did not start: {log.read_text()}")
        time.sleep(0.02)
    return str(address)
