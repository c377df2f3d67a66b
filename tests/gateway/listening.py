"""Clients of live streams, which read in the background."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any
from uuid import UUID

import eventlet
import httpx

from chassis import json
from chassis.events import Envelope, Event
from chassis.times import utc_now
from contracts.profiles.accounts import PasswordChanged
from contracts.profiles.sessions import SignedOutByOperator
from tests.support.eventually import eventually
from tests.support.factories import Person
from tests.support.platform import House
from tests.support.service_client import publish

STREAM = "/api/v1/notifications/stream"


@dataclass
class Listening:
    """A client of one stream, and what it has read so far."""

    response: httpx.Response = field(default_factory=lambda: httpx.Response(200))
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """The id and data of each."""
    heartbeats: int = 0
    retry_ms: int = 0
    ended: bool = False
    """The answer is complete."""

    @property
    def news(self) -> list[tuple[int, str]]:
        """The position and kind of each new notice."""
        return [(id, data["kind"]) for id, data in self.events if data["kind"] is not None]

    @property
    def last_id(self) -> int:
        return self.events[-1][0]

    def read(self, lines: Iterable[str]) -> None:
        id = 0
        for line in lines:
            name, _, value = line.partition(": ")
            if name == "id":
                id = int(value)
            elif name == "data":
                self.events.append((id, json.loads(value)))
            elif name == "retry":
                self.retry_ms = int(value)
            elif name == ":":
                self.heartbeats += 1
        self.ended = True


@contextmanager
def listening(
    gateway: House, person: Person, last_event_id: int | None = None, wait: bool = True
) -> Iterator[Listening]:
    """A stream at this gateway, which the client closes with the block; ``wait`` for its first
    event."""
    headers = {"Authorization": f"Bearer {person.token}"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = str(last_event_id)
    with reading(gateway, STREAM, headers, wait) as client:
        yield client


@contextmanager
def reading(
    gateway: House, path: str, headers: Mapping[str, str], wait: bool = True
) -> Iterator[Listening]:
    """The same for any stream, with these headers."""
    with httpx.Client(base_url=gateway.http.base_url, timeout=60) as http:
        with http.stream("GET", path, headers=headers) as response:
            if response.is_error:
                response.read()
                yield Listening(response)
                return
            client = Listening(response)
            thread = eventlet.spawn(client.read, response.iter_lines())
            try:
                eventually(lambda: client.events or not wait)
                yield client
            finally:
                thread.kill()


@contextmanager
def stalled(gateway: House, person: Person) -> Iterator[Iterable[str]]:
    """A stream at this gateway, which the client does not read; its lines, to be read later."""
    url = gateway.http.base_url
    head = f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n"
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # as small as may be
        sock.connect((url.host, url.port))
        sock.sendall(head.encode())
        with HTTPResponse(sock) as response:
            response.begin()
            lines = (line.decode().rstrip("\n") for line in response)
            yield lines


def notified(house: House, person: Person, number: int = 1) -> None:
    """The person gets so many notices, by turns of two kinds."""
    for each in range(number):
        kind = SignedOutByOperator if each % 2 else PasswordChanged
        tell(house, kind(account_id=UUID(person.id)))


def tell(house: House, event: Event) -> None:
    publish(house.broker, Envelope.around(event, utc_now(), "a test"))
