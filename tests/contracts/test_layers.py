"""Imports run one way, and the check that says so can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("firststep", "gateway", "services", "contracts", "chassis")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The tree that is checked, to be spoiled."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "demo_articles")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    return tmp_path


def test_imports_run_one_way_and_services_know_nothing_of_each_other() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout
    assert " 0 broken" in checked.stdout


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("services/booking/consultations/queries.py", "services.profiles.accounts"),
        ("services/content/service.py", "gateway.http.problems"),
        ("chassis/store.py", "contracts.booking.slots"),
        ("chassis/database/tables.py", "chassis.messaging.topology"),
        ("chassis/errors.py", "chassis.context"),
        ("contracts/content.py", "services.content.articles"),
        ("services/content/service.py", "eventlet"),
        ("gateway/cache.py", "kombu"),
        ("firststep/commands/listen.py", "amqp"),
        ("services/booking/holds/holds.py", "services.booking.consultations.queries"),
    ],
)
def test_an_import_the_wrong_way_is_found(copied: Path, module: str, imported: str) -> None:
    assert lint_imports(copied).returncode == 0
    with (copied / module).open("a") as file:
        file.write(f"\nimport {imported}\n")

    checked = lint_imports(copied)
    assert checked.returncode == 1
    assert module.removesuffix(".py").replace("/", ".") in checked.stdout
    assert imported in checked.stdout


def test_a_chassis_module_without_a_layer_is_found(copied: Path) -> None:
    (copied / "chassis" / "misplaced.py").write_text("")

    checked = lint_imports(copied)
    assert checked.returncode == 1
    assert "misplaced" in checked.stdout
