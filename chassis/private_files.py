"""Files and folders that their owner alone can read: modes 0600 and 0700, whatever the umask."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

from chassis.config import BadSettings

FOLDER, FILE = 0o700, 0o600
UNFINISHED = ".unfinished"
NO_PROGRAMS = ("*.db", "*.db-*", "*.eml", "*.webp", "*.keys", "lock")
"""What is called so is never executed: 0600. Of other files the owner keeps all permissions."""


def make_folder(path: Path) -> None:
    """Make it, and those above it that are missing; one that is there stays as it is."""
    missing = [each for each in (path, *path.parents) if not os.path.exists(each)]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was faster
            each.mkdir(FOLDER)


def make_file(path: Path) -> None:
    """Make it, empty; one that is there stays as it is.

    That one is not even opened: closing it would end the locks that SQLite holds on it (see
    https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))


def write(path: Path, content: bytes) -> None:
    """Write it anew; where others could read it before, they no longer can."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as file:
        os.fchmod(file.fileno(), FILE)
        file.write(content)


def write_whole(path: Path, content: bytes) -> None:
    """Write it under another name in the same folder, then rename: whoever reads the file never
    finds half of it, nor does a crash leave it so. What a crash leaves behind, ``sweep`` removes.
    """
    descriptor, unfinished = tempfile.mkstemp(UNFINISHED, f".{path.name}.", path.parent)  # 0600
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise


def sweep(folder: Path) -> None:
    """Remove what ``write_whole`` left behind in a crash.

    A file that another process writes at this moment goes, too: its write fails, and is to be
    tried again.
    """
    if folder.is_dir():
        for each in folder.glob(f".*{UNFINISHED}"):
            each.unlink(missing_ok=True)


def tighten(folder: Path) -> list[str]:
    """Take the folder, and all that is in it, from everybody but its owner.

    Permissions are taken away, never given. Returns the paths that stay as they are: what belongs
    to another user, and links, which are not followed.
    """
    left = []
    # from the top down: in a folder that is closed, no other user can exchange anything
    for path, folders, files, here in os.fwalk(os.path.realpath(folder)):
        if not _closed(".", here):
            left.append(path)
            folders.clear()
            continue
        open_still = [name for name in folders + files if not _closed(name, here)]
        left += [os.path.join(path, name) for name in open_still]
        folders[:] = [name for name in folders if name not in open_still]
    return left


def barred(path: Path) -> BadSettings:
    """What to raise where this process's user may not use it."""
    owner = _owner_of(path)
    return BadSettings(f"{path} is open to the user {owner} alone: run this as {owner}")


def _owner_of(path: Path) -> str:
    """Who owns it, or the folder that bars the way to it; by name where that is known."""
    for each in (path, *path.parents):
        with suppress(OSError):
            owner = each.stat().st_uid
            with suppress(KeyError):
                return pwd.getpwuid(owner).pw_name
            return str(owner)
    return "root"


def _closed(name: str, folder: int) -> bool:
    """Leave its owner's permissions alone, and say whether that could be done."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return False
        data = stat.S_ISREG(found.st_mode) and any(fnmatch(name, each) for each in NO_PROGRAMS)
        allowed = FILE if data else FOLDER
        if found.st_mode & 0o777 & ~allowed:
            if found.st_uid != os.geteuid():
                return False
            os.chmod(name, found.st_mode & allowed, dir_fd=folder)
    except FileNotFoundError:
        return True  # a mail that was removed meanwhile
    except OSError:
        return False
    return True
