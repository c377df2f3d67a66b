from __future__ import annotations

import shutil

import pytest

from benchmarks.bench import PEER_PYTHON
from tests.contracts.tools import go_without


@pytest.fixture(autouse=True)
def tools() -> None:
    if not shutil.which("wrk"):
        go_without("wrk is missing")
    if not PEER_PYTHON.exists():
        go_without("the peer's packages are missing: run make .venv-bench/installed")
