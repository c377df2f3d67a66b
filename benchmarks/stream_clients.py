"""Clients of many live streams, in a process of their own: wrk keeps the benchmark's waiting.

``python -m benchmarks.stream_clients URL BROKER`` reads one line ``account token`` for each stream,
then an empty one, and says ``open`` when all streams are. After a line ``tell`` each account gets a
notice, and it says in JSON how many seconds that took to arrive on each stream. It ends with its
input.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

import typer

from benchmarks.load import Untrue
from chassis.broker.publishing import ConfirmedPublisher, Outgoing
from chassis.events import Envelope, exchange_of
from chassis.times import utc_now
from contracts.profiles.sessions import SignedOutByOperator

EVENT = re.compile(rb'id: (\d+)\ndata: {"unread":\d+,"kind":(null|"\w+")}')
PIECE = 65_536
LOOK_EVERY_S = 0.2
WITHIN_S = 120
NEWS_AFTER_S = 0.5
QUIET_S = 0.5
"""Seconds to wait after the last event: a repeated event would arrive within them."""


@dataclass
class Client:
    """One stream, and the ids of the news on it."""

    sock: socket.socket
    said: bytes = b""
    is_open: bool = False
    news: list[int] = field(default_factory=list)
    heard_at: float = 0.0

    def read(self) -> None:
        piece = self.sock.recv(PIECE)
        if not piece:
            raise Untrue(f"a stream has ended: {self.said[:500]!r}")
        *whole, self.said = (self.said + piece).split(b"\n\n")
        for event in map(EVENT.search, whole):
            if event is not None:
                self._hear(int(event[1]), event[2])

    def _hear(self, position: int, kind: bytes) -> None:
        self.is_open = True
        if kind != b"null":
            self.news.append(position)
            self.heard_at = time.perf_counter()


class StreamClients:
    """One stream for each token."""

    def __init__(self, url: str, tokens: list[str]) -> None:
        self._selector = selectors.DefaultSelector()
        self._clients = [self._open(url, each) for each in tokens]

    def _open(self, url: str, token: str) -> Client:
        client = Client(socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)))
        head = "GET /api/v1/notifications/stream HTTP/1.0\r\nHost: here\r\n"
        client.sock.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        self._selector.register(client.sock, selectors.EVENT_READ, client)
        return client

    def read_until(self, condition: Callable[[Client], bool]) -> None:
        """Read until this is true of each stream; raises ``Untrue`` where it does not become so."""
        end = time.perf_counter() + WITHIN_S
        while not all(map(condition, self._clients)):
            self._read(LOOK_EVERY_S)
            if time.perf_counter() > end:
                waiting = sum(not condition(each) for each in self._clients)
                raise Untrue(f"{waiting} of {len(self._clients)} streams hear nothing")

    def read_for(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def delays_after(self, told_at: float) -> list[float]:
        """Raises ``Untrue`` unless each stream got the event of one notice, once."""
        for each in self._clients:
            if len(each.news) != 1:
                raise Untrue(f"a stream has heard of {each.news}, not of one notice")
        return [each.heard_at - told_at for each in self._clients]

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            key.data.read()


@dataclass
class Clients:
    """The process, as the benchmark sees it."""

    process: subprocess.Popen[str]

    def tell(self) -> None:
        """Each account gets a notice, in a moment."""
        assert self.process.stdin is not None
        print("tell", file=self.process.stdin, flush=True)

    def delays_s(self) -> list[float]:
        """How long it took to arrive on each stream. Raises ``Untrue`` where it did not."""
        delays: list[float] = json.loads(self.said())
        return delays

    def said(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Untrue("the streams have ended, see above")
        return line


@contextmanager
def open_streams(url: str, broker: str, streams: list[tuple[UUID, str]]) -> Iterator[Clients]:
    """Streams of these accounts, by their tokens, open inside the block."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.stream_clients", url, broker]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        for account_id, token in streams:
            print(account_id, token, file=process.stdin)
        print(file=process.stdin, flush=True)
        clients = Clients(process)
        clients.said()
        yield clients
        process.stdin.close()


def tell_each(broker: str, accounts: set[UUID]) -> None:
    exchange = exchange_of(SignedOutByOperator.producer)
    publisher = ConfirmedPublisher(broker, [exchange], [])
    told = [
        Envelope.around(SignedOutByOperator(account_id=each), utc_now(), "a benchmark")
        for each in accounts
    ]
    publisher.publish(
        Outgoing(number, each.to_json(), exchange.name, each.type, str(each.id))
        for number, each in enumerate(told)
    )
    publisher.drop()


def main(url: str, broker: str) -> None:
    """Open the streams, and do as the input says."""
    given = [line.split() for line in iter(sys.stdin.readline, "\n")]
    clients = StreamClients(url, [token for _, token in given])
    clients.read_until(lambda client: client.is_open)
    print("open", flush=True)
    for _ in sys.stdin:
        clients.read_for(NEWS_AFTER_S)
        told_at = time.perf_counter()
        tell_each(broker, {UUID(account_id) for account_id, _ in given})
        clients.read_until(lambda client: bool(client.news))
        clients.read_for(QUIET_S)
        print(json.dumps(clients.delays_after(told_at)), flush=True)


if __name__ == "__main__":
    typer.run(main)
