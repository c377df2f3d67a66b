"""Tools that are no part of the platform: a laptop without one skips its tests, and CI fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
OF_NPM = HERE / "node_modules/.bin"
OF_CLIENTS = HERE.parents[1] / ".venv-clients/bin"


def npm_tool(name: str) -> str:
    """One that ``package.json`` names."""
    tool = OF_NPM / name
    if not tool.exists():
        missing = f"{name} is missing: run npm ci --prefix tests/contracts"
        go_without(missing if shutil.which("npm") else f"npm is missing: it brings {name}")
    return str(tool)


def node() -> str:
    """What runs JavaScript."""
    found = shutil.which("node")
    return found or go_without("node is missing: it comes with npm")


def client_tool(name: str) -> str:
    """One of the environment in which a generated Python client runs."""
    tool = OF_CLIENTS / name
    if not tool.exists():
        go_without(f"{name} is missing: run make .venv-clients/installed")
    return str(tool)


def go_without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
