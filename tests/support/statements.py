"""The statements that a service sends to its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from chassis.database.database import Database


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Those sent inside the block, but for those that begin and end transactions."""
    seen: list[str] = []

    def see(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database.writer, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(database.writer, "before_cursor_execute", see)
