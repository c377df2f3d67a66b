"""Unit tests can't reach a server: what tries to is refused."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: socket.create_server(("127.0.0.1", 0)),
        lambda: sqlite3.connect(":memory:"),
        lambda: subprocess.run([sys.executable, "-V"], check=True),
    ],
    ids=["connection", "server", "database", "process"],
)
def test_a_unit_test_that_needs_more_than_its_process_is_refused(
    leave: Callable[[], object],
) -> None:
    with pytest.raises(AssertionError, match="a unit test calls"):
        leave()
