"""The embedded platform sets itself up: its folder, its databases, its keys."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path

from chassis.config import BadSettings, Settings
from chassis.sealing import new_key
from firststep.migrate import migrate_all


def set_up(settings: Settings) -> Settings:
    """Settings with which it can be served, by this process alone."""
    _lock(settings.data)
    migrate_all(settings)
    return replace(settings, seal_keys=settings.seal_keys or own_seal_keys(settings.data))


def _lock(data: Path) -> None:
    """Keep a second embedded platform out of this folder, for as long as this process lives."""
    data.mkdir(parents=True, exist_ok=True)
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadSettings(f"FIRSTSTEP_DATA: another platform runs on {data}") from None


def own_seal_keys(data: Path) -> str:
    """The keys in the platform's folder; made where there are none."""
    path = data / "seal.keys"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key())
    return path.read_text().strip()
