"""The embedded platform sets itself up: its folder, its databases, its keys."""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import replace
from pathlib import Path

import structlog

from chassis import private_files
from chassis.config import BadSettings, Settings
from chassis.sealing import new_key
from firststep.migrate import migrate_all

log = structlog.get_logger()


def set_up(settings: Settings) -> Settings:
    """Settings with which it can be served, by this process alone."""
    make_private(settings.data)
    _lock(settings.data)
    migrate_all(settings)
    return replace(settings, seal_keys=settings.seal_keys or own_seal_keys(settings.data))


def make_private(data: Path) -> None:
    """Make the platform's folder, or close one that an earlier release left open to others."""
    try:
        private_files.make_folder(data)
    except PermissionError:
        raise private_files.access_denied(data) from None
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise private_files.access_denied(data)
    if data.stat().st_mode & stat.S_ISVTX:
        raise BadSettings(f"FIRSTSTEP_DATA: {data} is everybody's; name a folder within it")
    if left := private_files.restrict_access(data):
        log.warning("data_folder_left_open", another_users_or_links=left)


def _lock(data: Path) -> None:
    """Keep a second embedded platform out of this folder, for as long as this process lives."""
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSettings(f"FIRSTSTEP_DATA: another platform runs on {data}") from None


def own_seal_keys(data: Path) -> str:
    """The keys in the platform's folder; made where there are none."""
    path = data / "seal.keys"
    if not path.exists():
        private_files.write(path, new_key().encode())
    return path.read_text().strip()
