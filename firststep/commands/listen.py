"""``firststep listen``: print events as they are published.

They come from the broker. The embedded broker lives in the serving process, which other processes
can't reach; its events are read from the services' outbox tables, in the same form.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog

from chassis import private_files
from chassis.broker.temporary_queue import TemporaryQueue
from chassis.database.database import service_url
from chassis.events import as_mapping, exchange_of
from chassis.settings import BadSettings, Settings
from contracts.catalogue import public_events
from firststep.platform import SERVICES

POLL_EVERY_S = 0.1

log = structlog.get_logger()


class Listener(Protocol):
    """Yields every event that is published after the listener was made."""

    def events(self, timeout: float | None) -> Iterator[bytes]:
        """Each event's JSON; ends after ``timeout`` seconds without one."""


def listener(settings: Settings) -> Listener:
    return OutboxListener(settings) if settings.embedded else BrokerListener(settings)


def run(settings: Settings, types: list[str]) -> None:
    """Print public events of these types until SIGINT."""
    public = {event.type() for event in public_events()}
    unknown = [name for name in types if name not in public]
    if unknown:
        raise BadSettings(
            f"{', '.join(unknown)}: not a public event. The public events are "
            f"{', '.join(sorted(public))}."
        )
    try:
        source = listener(settings)
        log.info("listening", types=types)
        for body in source.events(timeout=None):
            if as_mapping(body)["type"] in types:
                sys.stdout.write(body.decode() + "\n")
                sys.stdout.flush()
    except KeyboardInterrupt:
        return


class BrokerListener:
    """Receives through a temporary queue on every producer's exchange."""

    def __init__(self, settings: Settings) -> None:
        self._queue = TemporaryQueue(settings.broker, "listener", map(exchange_of, SERVICES))

    def events(self, timeout: float | None) -> Iterator[bytes]:
        return self._queue.messages(timeout)


class OutboxListener:
    """Polls the outbox table of each service for rows after the last one read."""

    def __init__(self, settings: Settings) -> None:
        urls = {name: service_url(settings.database, name) for name in SERVICES}
        self._paths = {name: Path(urlsplit(url).path[1:]) for name, url in urls.items()}
        for path in self._paths.values():
            _require_readable(path)
        self._seen = {name: self._last(path) for name, path in self._paths.items()}

    def _last(self, path: Path) -> int:
        [(last,)] = self._rows(path, "SELECT coalesce(max(seq), 0) FROM outbox")
        return int(last)

    def events(self, timeout: float | None) -> Iterator[bytes]:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            for name, path in self._paths.items():
                query = "SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq"
                for seq, body in self._rows(path, query, self._seen[name]):
                    self._seen[name] = seq
                    yield bytes(body)
            if deadline is not None and time.monotonic() > deadline:
                return
            time.sleep(POLL_EVERY_S)

    @staticmethod
    def _rows(path: Path, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()


def _require_readable(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError:
        raise BadSettings(f"there is no platform here: {path} does not exist") from None
    except PermissionError:
        raise private_files.access_denied(path) from None
    if not os.access(path, os.R_OK):
        raise private_files.access_denied(path)
