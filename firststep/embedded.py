"""Set up the embedded platform: its folder, databases and keys."""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import replace
from pathlib import Path

import structlog

from chassis import private_files
from chassis.sealing import new_key
from chassis.settings import BadSettings, Settings
from firststep.commands.migrate import migrate_all

log = structlog.get_logger()


def set_up(settings: Settings) -> Settings:
    """Settings with which this process, and no other, serves it."""
    make_private(settings.data)
    _lock(settings.data)
    migrate_all(settings)
    return replace(settings, seal_keys=settings.seal_keys or own_seal_keys(settings.data))


def make_private(data: Path) -> None:
    """Create the folder, or take away other users' access to one of an earlier release."""
    try:
        private_files.make_folder(data)
    except PermissionError:
        raise private_files.access_denied(data) from None
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise private_files.access_denied(data)
    if data.stat().st_mode & stat.S_ISVTX:
        raise BadSettings(f"FIRSTSTEP_DATA: all users can write to {data}; name a folder within it")
    if left := private_files.restrict_access(data):
        log.warning("data_files_not_made_private", links_or_of_other_users=left)


def _lock(data: Path) -> None:
    """Refuse a second embedded platform on this folder, as long as this process lives."""
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSettings(f"FIRSTSTEP_DATA: another platform runs on {data}") from None


def own_seal_keys(data: Path) -> str:
    """The keys in the platform's folder. They are created where there are none."""
    path = data / "seal.keys"
    if not path.exists():
        private_files.write(path, new_key().encode())
    return path.read_text().strip()
