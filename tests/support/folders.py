"""Folders for SQLite databases: in memory where the machine has room for them there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 1 << 30


@contextmanager
def a_database_folder() -> Iterator[Path]:
    """SQLite waits for the disk at each commit (``synchronous=FULL``): some 5 ms on most machines,
    nothing in memory. Removed in the end."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    with TemporaryDirectory(
        prefix="firststep-", dir=MEMORY if in_memory else None, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)
