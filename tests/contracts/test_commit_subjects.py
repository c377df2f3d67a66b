"""``make check`` refuses commit subjects that are too long or not of the agreed form."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "commit_subjects.py"
OLD = "A subject from before the rule, which is far longer than sixty characters"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(repository: Path, *arguments: str) -> None:
    command = ["git", "-C", str(repository), *arguments]
    subprocess.run(command, check=True, env=ENVIRONMENT, capture_output=True)


def commit(repository: Path, subject: str) -> None:
    git(repository, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", subject)


def checked(repository: Path) -> tuple[int, str]:
    """The exit code of the check in a repository, and what it prints."""
    command = [sys.executable, str(SCRIPT)]
    done = subprocess.run(
        command, cwd=repository, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository whose main has commits from before the rule."""
    repository = tmp_path / "origin"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    commit(repository, OLD)
    commit(repository, OLD)
    return repository


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(origin), "clone")
    return tmp_path / "clone"


def test_a_fresh_clone_passes(clone: Path) -> None:
    assert checked(clone) == (0, "")


def test_a_good_subject_passes(clone: Path) -> None:
    commit(clone, "booking: hide held slots from search")
    commit(clone, "chassis/rpc: time calls, and say für wen" + "x" * 20)
    assert checked(clone) == (0, "")


@pytest.mark.parametrize(
    "subject",
    [
        "booking: " + "hide held slots from search, whatever it says of them",
        "Let nobody else see what came free",
        "booking: Hide held slots",
        "booking: tidy",
        "booking hide held slots",
    ],
)
def test_another_subject_is_refused_and_named(clone: Path, subject: str) -> None:
    commit(clone, subject)
    code, printed = checked(clone)
    assert code == 1
    assert subject in printed
    assert OLD not in printed


def test_merges_are_left_out(clone: Path) -> None:
    git(clone, "checkout", "--quiet", "-b", "side")
    commit(clone, "docs: name the port")
    git(clone, "checkout", "--quiet", "main")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "Merge " + "x" * 60, "side")
    assert checked(clone) == (0, "")


def test_without_anything_to_compare_with_it_passes(origin: Path, tmp_path: Path) -> None:
    assert checked(origin) == (0, ""), "no origin/main"
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert checked(nowhere) == (0, ""), "no repository"


def test_a_shallow_clone_passes(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", origin.as_uri(), "shallow")
    assert checked(tmp_path / "shallow") == (0, "")


def test_a_shallow_clone_that_shows_no_common_commit_passes(origin: Path, tmp_path: Path) -> None:
    git(origin, "checkout", "--quiet", "-b", "side")
    commit(origin, "docs: name the port")
    git(origin, "checkout", "--quiet", "main")
    commit(origin, OLD)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", origin.as_uri(), "shallow")
    git(shallow, "fetch", "--quiet", "--depth=2", "origin", "side")
    git(shallow, "checkout", "--quiet", "FETCH_HEAD")
    assert checked(shallow) == (0, "")
