"""Test modules import helpers, never each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def imported_test_modules(source: str) -> list[str]:
    """Which test modules this source imports, at its head or inside a function."""
    return [name for name in _imports(ast.parse(source)) if ".test_" in name]


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f".{node.module}.{each.name}" for each in node.names)


def test_no_test_module_imports_from_another() -> None:
    wrong = {
        str(path.relative_to(TESTS)): found
        for path in TESTS.rglob("*.py")
        if "node_modules" not in path.parts and (found := imported_test_modules(path.read_text()))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "line",
    [
        "from tests.booking.test_booking import a_client",
        "from tests.booking import test_booking",
        "from .test_booking import a_client",
        "import tests.booking.test_booking",
        "def a_client():\n    from tests.booking.test_booking import a_client",
    ],
)
def test_an_import_from_a_test_module_would_be_noticed(line: str) -> None:
    assert imported_test_modules(line)
