"""What is imported is declared in ``pyproject.toml``, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PRODUCTION = ("firststep", "gateway", "services", "contracts", "chassis")
NOT_PART_OF_THE_TESTS = ("tests/contracts/clients", "tests/contracts/node_modules")

USED_WITHOUT_IMPORT = {
    "editables": "`pip install --editable` without build isolation",
    "hatchling": "builds the package without build isolation",
    "pycountry": "only its files are read: services/profiles/specialists/standards.py",
    "redis": "limits imports it for FIRSTSTEP_LIMITS=redis://",
    "swagger-ui-py": "only its files are served: gateway/docs/pages.py",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
COMMANDS = {"import-linter", "mypy", "ruff"}
"""Development dependencies that the Makefile runs."""
COMES_WITH = {"botocore": "boto3", "markupsafe": "jinja2"}
"""Imported packages, and the declared ones that require them."""


def name_of(requirement: str) -> str:
    """The normalised name of a distribution: ``SQLAlchemy>=2.1`` is ``sqlalchemy``."""
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def modules_imported(source: str) -> set[str]:
    """The top-level modules that a source imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)


def distributions_imported(folders: Iterable[str]) -> set[str]:
    known = packages_distributions()
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    sources = [
        file.read_text()
        for file in files
        if not str(file.relative_to(ROOT)).startswith(NOT_PART_OF_THE_TESTS)
    ]
    modules = {module for source in sources for module in modules_imported(source)}
    ours = {*PRODUCTION, "tests", "benchmarks", "firststep_client"}
    return {
        name_of(distribution)
        for module in modules - ours
        for distribution in known.get(module, [module])
    }


def declared(requirements: Iterable[str]) -> set[str]:
    return {name_of(each) for each in requirements}


RUNTIME = declared(PROJECT["dependencies"])
DEVELOPMENT = declared(PROJECT["optional-dependencies"]["dev"])


def test_what_production_imports_is_declared() -> None:
    assert distributions_imported(PRODUCTION) - RUNTIME - COMES_WITH.keys() == set()


def test_what_is_declared_for_production_is_used() -> None:
    unused = RUNTIME - distributions_imported(PRODUCTION)
    assert unused == USED_WITHOUT_IMPORT.keys()


def test_what_the_tests_import_is_declared() -> None:
    undeclared = distributions_imported(["tests"]) - RUNTIME - DEVELOPMENT
    assert undeclared - COMES_WITH.keys() == set()


def test_what_is_declared_for_development_is_used() -> None:
    assert DEVELOPMENT - distributions_imported(["tests"]) == COMMANDS


def test_what_comes_with_another_package_has_that_one_declared() -> None:
    assert set(COMES_WITH.values()) <= RUNTIME


def test_the_lock_pins_what_production_declares_and_no_development_tool() -> None:
    locked = (ROOT / "requirements.lock").read_text()
    pinned = {name_of(each) for each in re.findall(r"^[\w.\[\]-]+(?===)", locked, re.MULTILINE)}
    assert pinned >= RUNTIME
    assert pinned.isdisjoint(DEVELOPMENT - {"h11"}), "h11 also comes with httpcore"


def test_an_import_is_found_wherever_it_stands() -> None:
    source = "import os\nfrom . import here\n\ndef late():\n    import boto3.session\n"
    assert modules_imported(source) == {"boto3"}
