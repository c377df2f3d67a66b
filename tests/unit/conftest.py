"""Tests that need no server: here a connection, a process or a database is an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from eventlet import tpool

FORBIDDEN = {"socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen"}

_guarded = False


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise where a unit test leaves its process. An audit hook can't be removed."""
    if _guarded and event in FORBIDDEN:
        raise AssertionError(f"a unit test calls {event}: {arguments!r}")


sys.addaudithook(_refuse)
tpool.setup()  # its threads talk over a socket


@pytest.fixture(autouse=True)
def _no_server() -> Iterator[None]:
    global _guarded  # noqa: PLW0603  # the hook has no other way to know
    _guarded = True
    yield
    _guarded = False
