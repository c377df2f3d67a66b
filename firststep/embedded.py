"""The embedded platform sets itself up: its folder, its databases, its key."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path

from chassis.config import BadSettings, Settings
from firststep.migrate import migrate_all
from firststep.platform import new_token_key


def set_up(settings: Settings) -> Settings:
    """Settings with which it can be served, by this process alone."""
    _lock(settings.data)
    migrate_all(settings)
    return replace(settings, token_key=settings.token_key or _own_token_key(settings.data))


def _lock(data: Path) -> None:
    """Keep a second embedded platform out of this folder, for as long as this process lives."""
    data.mkdir(parents=True, exist_ok=True)
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSettings(f"FIRSTSTEP_DATA: another platform runs on {data}") from None


def _own_token_key(data: Path) -> str:
    path = data / "token.key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_token_key())
    return path.read_text().strip()
