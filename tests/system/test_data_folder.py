"""The data folder is its owner's alone, whatever the umask, and whoever made it before."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.processes import (
    ENDS_WITHIN_S,
    ROOT,
    Settings,
    clean_environment,
    firststep,
    serving,
)

PERMISSIVE = 0
NOBODY = 65534
SET_UP = """
import chassis.concurrency.green
from chassis.settings import read_settings
from firststep import embedded
embedded.set_up(read_settings())
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "within" / "data"


@pytest.fixture
def settings(data: Path) -> Settings:
    return {"data": str(data)}


def all_in(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def mode_of(path: Path) -> int:
    return path.stat(follow_symlinks=False).st_mode & 0o777


def open_to_others(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): oct(mode_of(path))
        for path in all_in(folder)
        if mode_of(path) != (0o700 if path.is_dir() else 0o600)
    }


def open_up(folder: Path) -> None:
    """As releases before left it, or an operator who lost patience."""
    for path in all_in(folder):
        path.chmod(0o777 if path.is_dir() else 0o666)


def python(
    settings: Settings, code: str, *arguments: str, **how: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=clean_environment(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
        **how,
    )


def test_all_that_the_platform_makes_is_its_owners_alone_whatever_the_umask(
    settings: Settings, data: Path, tmp_path: Path
) -> None:
    for command in ("migrate", "seed"):
        ended = firststep(settings, command, umask=PERMISSIVE)
        assert ended.returncode == 0, ended.stderr
    with serving(tmp_path, settings, umask=PERMISSIVE) as platform:
        platform.wait_until_ready()
        names = {path.name for path in all_in(data)}
        assert {"profiles.db", "profiles.db-wal", "lock", "seal.keys", "mail"} <= names
        assert any(data.rglob("*.eml"))
        assert open_to_others(data) == {}
        assert platform.stop() == 0
    assert open_to_others(data) == {}
    assert mode_of(data.parent) == 0o700


def test_the_umask_is_not_what_keeps_it_private(tmp_path: Path) -> None:
    """Nothing that is made through us depends on the command that set the umask."""
    made = python({"data": str(tmp_path / "data")}, SET_UP, umask=PERMISSIVE)
    assert made.returncode == 0, made.stderr
    assert {"profiles.db", "lock", "seal.keys"} <= {each.name for each in all_in(tmp_path / "data")}
    assert open_to_others(tmp_path / "data") == {}


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_folder_that_was_open_is_closed_and_links_are_left_where_they_lead(
    settings: Settings, data: Path, tmp_path: Path, command: str
) -> None:
    assert firststep(settings, "migrate").returncode == 0
    outside = tmp_path / "outside"
    (outside / "below").mkdir(parents=True)
    (outside / "file").write_text("not ours")
    (data / "mail").mkdir()
    (data / "mail" / "old.eml").write_text("a link")
    open_up(data)
    open_up(outside)
    program = data / "backup.sh"
    program.write_text("")
    program.chmod(0o755)
    (data / "to-a-file").symlink_to(outside / "file")
    (data / "mail" / "to-a-folder").symlink_to(outside)
    (data / "to-nothing").symlink_to(tmp_path / "nothing")

    if command == "migrate":
        ended = firststep(settings, "migrate")
        assert ended.returncode == 0, ended.stderr
        said = ended.stderr
    else:
        with serving(tmp_path, settings) as platform:
            platform.wait_until_ready()
            assert platform.stop() == 0
            said = platform.said()

    links = {path for path in all_in(data) if path.is_symlink()}
    for path in set(all_in(data)) - links - {program}:
        assert mode_of(path) == (0o700 if path.is_dir() else 0o600), path
    assert mode_of(program) == 0o700
    assert {mode_of(path) for path in all_in(outside)} == {0o777, 0o666}
    assert "data_files_not_made_private" in said
    for link in links:
        assert link.name in said
    assert "old.eml" not in said


def test_a_folder_that_is_a_link_is_closed_where_it_leads(
    settings: Settings, data: Path, tmp_path: Path
) -> None:
    there = tmp_path / "a large disk"
    there.mkdir(mode=0o755)
    data.parent.mkdir()
    data.symlink_to(there)
    assert firststep(settings, "migrate", umask=PERMISSIVE).returncode == 0
    assert open_to_others(there) == {}


def test_a_folder_for_everybody_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    ended = firststep({"data": str(shared)}, "migrate")
    assert ended.returncode == 2
    assert "FIRSTSTEP_DATA" in ended.stderr
    assert mode_of(shared) == 0o777


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_belongs_to_another_user_is_left_and_said(settings: Settings, data: Path) -> None:
    assert firststep(settings, "migrate").returncode == 0
    open_up(data)
    theirs = data / "theirs.txt"
    theirs.write_text("")
    theirs.chmod(0o644)
    os.chown(theirs, NOBODY, NOBODY)

    ended = firststep(settings, "migrate")

    assert ended.returncode == 0, ended.stderr
    assert "theirs.txt" in ended.stderr
    assert open_to_others(data) == {"theirs.txt": oct(0o644)}


@pytest.fixture(scope="module")
def roots_own() -> Iterator[Settings]:
    """A migrated platform in a folder that others find."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        settings = {"data": f"{folder}/data"}
        assert firststep(settings, "migrate").returncode == 0
        yield settings


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
@pytest.mark.parametrize(
    "arguments",
    [
        ["listen", "SpecialistFeatured"],
        ["accounts", "audit"],
        ["events", "parked"],
        ["migrate"],
        ["serve"],
    ],
)
def test_another_user_is_told_whose_it_is(roots_own: Settings, arguments: list[str]) -> None:
    ended = firststep(roots_own, *arguments, user=NOBODY)
    assert ended.returncode == 2, ended.stderr
    assert "is open to the user root alone: run this as root" in ended.stderr
    assert "Traceback" not in ended.stderr
