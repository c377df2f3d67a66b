"""A worker, as its parent sees it. What they do together stands in the system tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chassis.http import server
from chassis.runtime import workers
from chassis.runtime.workers import Worker
from tests.support.eventually import eventually

STUBBORN = """
import os, signal, socket, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
time.sleep(60)
"""


def test_a_worker_that_does_not_stop_is_killed_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ENDED_WITHIN_S", 0.2)
    listening = server.listen("127.0.0.1:0")
    worker = Worker([sys.executable, "-c", STUBBORN], listening, tmp_path / "notify")
    eventually(worker.is_ready)
    assert not worker.has_gone()

    worker.terminate()

    eventually(worker.has_gone)
    assert worker.code == -9
    assert list(tmp_path.iterdir()) == []
    listening.close()
