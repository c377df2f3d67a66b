"""Private files and folders: only their owner has access (0600, 0700), whatever the umask."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

from chassis.settings import BadSettings

FOLDER, FILE = 0o700, 0o600
UNFINISHED = ".unfinished"
NO_PROGRAMS = ("*.db", "*.db-*", "*.eml", "*.webp", "*.keys", "lock")
"""Files with these names get 0600; of other files the owner keeps execute permission."""


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents; an existing one is left as it is."""
    missing = [each for each in (path, *path.parents) if not os.path.exists(each)]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was faster
            each.mkdir(FOLDER)


def make_file(path: Path) -> None:
    """Create an empty file; an existing one is left as it is.

    It is not even opened: closing it would release the locks that SQLite holds on it (see
    https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))


def write(path: Path, content: bytes) -> None:
    """Overwrite a file, and take away other users' access to it."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as file:
        os.fchmod(file.fileno(), FILE)
        file.write(content)


def write_atomically(path: Path, content: bytes) -> None:
    """Write atomically: under another name in the same folder, then rename.

    Readers never see half a file, not even after a crash; ``remove_unfinished`` removes leftovers.
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


def remove_unfinished(folder: Path) -> None:
    """Remove leftovers of ``write_atomically`` after a crash.

    The unfinished file of a process that is writing at this moment is removed, too: its write fails
    and has to be repeated.
    """
    if folder.is_dir():
        for each in folder.glob(f".*{UNFINISHED}"):
            each.unlink(missing_ok=True)


def restrict_access(folder: Path) -> list[str]:
    """Remove other users' permissions from a folder and everything in it.

    Permissions are removed, never added. Returns the paths that could not be changed: those of
    other users, and symbolic links, which are not followed.
    """
    left = []
    # top down: no other user can replace anything in a folder that is closed already
    for path, folders, files, here in os.fwalk(os.path.realpath(folder)):
        if not _closed(".", here):
            left.append(path)
            folders.clear()
            continue
        open_still = [name for name in folders + files if not _closed(name, here)]
        left += [os.path.join(path, name) for name in open_still]
        folders[:] = [name for name in folders if name not in open_still]
    return left


def access_denied(path: Path) -> BadSettings:
    """The error for a path that this process's user may not access."""
    owner = _owner_of(path)
    return BadSettings(f"{path} is open to the user {owner} alone: run this as {owner}")


def _owner_of(path: Path) -> str:
    """The owner of the path, or of the parent folder that denies access; by name if possible."""
    for each in (path, *path.parents):
        with suppress(OSError):
            owner = each.stat().st_uid
            with suppress(KeyError):
                return pwd.getpwuid(owner).pw_name
            return str(owner)
    return "root"


def _closed(name: str, folder: int) -> bool:
    """Remove other users' permissions from one entry; whether that was possible."""
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
        return True  # removed meanwhile
    except OSError:
        return False
    return True
