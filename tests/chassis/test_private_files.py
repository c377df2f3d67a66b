"""Files and folders of their owner alone."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis import private_files

LOCKED = """
import fcntl, sys
try:
    fcntl.lockf(open(sys.argv[1], "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("locked")
"""


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a/b/c"
    private_files.make_folder(folder)
    private_files.make_file(folder / "empty")
    private_files.write(folder / "full", b"x")
    assert {mode_of(each) for each in (folder, folder.parent, folder.parent.parent)} == {0o700}
    assert {mode_of(folder / name) for name in ("empty", "full")} == {0o600}


def test_what_is_there_is_left_alone_but_for_what_is_written_anew(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    there = tmp_path / "there"
    there.write_text("before")
    there.chmod(0o644)
    private_files.make_folder(tmp_path)
    private_files.make_file(there)
    assert (mode_of(tmp_path), mode_of(there), there.read_text()) == (0o755, 0o644, "before")
    private_files.write(there, b"x")
    assert (mode_of(there), there.read_text()) == (0o600, "x")


CRASHES = """
import os, signal, sys
from pathlib import Path
from chassis import private_files
os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
private_files.write_atomically(Path(sys.argv[1]), b"x" * 100_000)
"""


def test_a_file_is_there_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.eml"
    seen = []

    def look(file: int) -> None:
        seen.append((path.read_text() if path.exists() else None, sorted(tmp_path.glob("*.eml"))))

    monkeypatch.setattr(os, "fsync", look)
    private_files.write_atomically(path, b"first")
    private_files.write_atomically(path, b"second")
    assert seen == [(None, []), ("first", [path])]
    assert (mode_of(path), path.read_text()) == (0o600, "second")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_what_could_not_be_written_whole_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(file: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        private_files.write_atomically(tmp_path / "1.eml", b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_leaves_half_written_is_swept(tmp_path: Path) -> None:
    whole, half = tmp_path / "1.eml", tmp_path / "2.eml"
    private_files.write_atomically(whole, b"x")
    crashing = [sys.executable, "-W", "ignore", "-c", CRASHES, str(half)]
    assert subprocess.run(crashing, check=False).returncode == -signal.SIGKILL
    [left] = set(tmp_path.iterdir()) - {whole}
    assert not left.match("*.eml")
    assert mode_of(left) == 0o600
    private_files.remove_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == [whole]


def test_there_need_not_be_a_folder_to_sweep(tmp_path: Path) -> None:
    private_files.remove_unfinished(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_there_is_not_opened(tmp_path: Path) -> None:
    """To close it would end the locks that this process holds on it, SQLite's among them."""
    path = tmp_path / "profiles.db"
    path.write_text("")
    path.chmod(0o644)
    with path.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        private_files.make_file(path)
        private_files.restrict_access(tmp_path)
        other = [sys.executable, "-c", LOCKED, str(path)]
        asked = subprocess.run(other, capture_output=True, text=True, check=True)
    assert asked.stdout == "locked\n"
    assert mode_of(path) == 0o600
