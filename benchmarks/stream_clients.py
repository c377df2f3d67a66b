"""Clients of many live streams, read by one thread."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from urllib.parse import urlsplit

from benchmarks.load import Untrue
from tests.support.eventually import eventually

EVENT = re.compile(rb'id: (\d+)\ndata: {"unread":\d+,"kind":(null|"\w+")}')
PIECE = 65_536
LOOK_EVERY_S = 0.2
WITHIN_S = 60


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
    """One stream for each token, open inside the block."""

    def __init__(self, url: str, tokens: list[str]) -> None:
        self._address = urlsplit(url).hostname, urlsplit(url).port
        self._tokens = tokens
        self._clients: list[Client] = []
        self._selector = selectors.DefaultSelector()
        self._closing = Event()
        self._error: Exception | None = None
        self._thread = Thread(target=self._read)

    def __enter__(self) -> StreamClients:
        for token in self._tokens:
            client = Client(socket.create_connection(self._address))
            head = "GET /api/v1/notifications/stream HTTP/1.0\r\nHost: here\r\n"
            client.sock.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
            self._selector.register(client.sock, selectors.EVENT_READ, client)
            self._clients.append(client)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()
        for each in self._clients:
            each.sock.close()
        self._selector.close()

    def wait_until_all_are_open(self) -> None:
        self._wait(lambda client: client.is_open)

    def wait_until_all_have_heard(self, number: int) -> None:
        """Raises ``Untrue`` where a stream has heard the same twice."""
        self._wait(lambda client: len(client.news) >= number)
        for each in self._clients:
            if len(each.news) != number or len(set(each.news)) != number:
                raise Untrue(f"a stream has heard {each.news}, not {number} pieces of news")

    def heard_at(self) -> list[float]:
        """When each stream heard last, on ``time.perf_counter``'s clock."""
        return [each.heard_at for each in self._clients]

    def _wait(self, condition: Callable[[Client], bool]) -> None:
        eventually(lambda: self._error or all(map(condition, self._clients)), within=WITHIN_S)
        if self._error is not None:
            raise self._error

    def _read(self) -> None:
        try:
            while not self._closing.is_set():
                for key, _ in self._selector.select(LOOK_EVERY_S):
                    key.data.read()
        except Exception as error:
            self._error = error
