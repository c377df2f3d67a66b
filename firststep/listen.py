"""Hearing events from outside: over the broker, or out of the embedded platform's outboxes.

The embedded broker lives inside the serving process, where nobody else gets at it; what it
carries stands in the outboxes, in the same words.
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
from uuid import uuid4

import structlog
from kombu import Queue

from chassis import private_files
from chassis.broker.publishing import CONSUMER_HEARTBEAT, body_of, connected_to
from chassis.config import BadSettings, Settings
from chassis.database.database import service_url
from chassis.events import as_mapping, exchange_of
from contracts.catalogue import public_events
from firststep.platform import SERVICES

LOOK_EVERY_S = 0.1

log = structlog.get_logger()


class Listener(Protocol):
    """Hears every event from the moment it was made."""

    def events(self, timeout: float | None) -> Iterator[bytes]:
        """Each event's JSON; ends after ``timeout`` seconds without one."""


def listener(settings: Settings) -> Listener:
    return OutboxListener(settings) if settings.embedded else BrokerListener(settings)


def run(settings: Settings, types: list[str]) -> None:
    """Print the public events of these types until interrupted."""
    public = {event.type() for event in public_events()}
    unknown = [name for name in types if name not in public]
    if unknown:
        raise BadSettings(
            f"{', '.join(unknown)}: not a public event; there are {', '.join(sorted(public))}"
        )
    try:
        heard = listener(settings)
        log.info("listening", types=types)
        for body in heard.events(timeout=None):
            if as_mapping(body)["type"] in types:
                sys.stdout.write(body.decode() + "\n")
                sys.stdout.flush()
    except KeyboardInterrupt:
        return


class BrokerListener:
    """A queue of its own on every producer's exchange, gone when it leaves."""

    def __init__(self, settings: Settings) -> None:
        self._connection = connected_to(settings.broker, CONSUMER_HEARTBEAT)
        self._heard: list[bytes] = []
        self._bind()

    def _bind(self) -> None:
        channel = self._connection.channel()
        name = f"listener.{uuid4().hex}"
        queue = Queue(name, exclusive=True, auto_delete=True, durable=False)(channel)
        queue.declare()
        for service in SERVICES:
            exchange_of(service)(channel).declare()
            queue.bind_to(exchange_of(service), routing_key="#")
        self._consumer = self._connection.Consumer(
            [queue], on_message=self._hear, channel=channel, no_ack=True
        )
        self._consumer.consume()

    def _hear(self, message: Any) -> None:
        self._heard.append(body_of(message))

    def events(self, timeout: float | None) -> Iterator[bytes]:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            while self._heard:
                yield self._heard.pop(0)
            if deadline is not None and time.monotonic() > deadline:
                return
            try:
                self._connection.drain_events(timeout=1)
            except TimeoutError:
                self._connection.heartbeat_check()


class OutboxListener:
    """Reads on in each service's outbox, where the last look ended."""

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
            time.sleep(LOOK_EVERY_S)

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
