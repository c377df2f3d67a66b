"""A small HTTP service, as tests of the server talk to it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from eventlet.event import Event
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from chassis.http.server import WebServer
from chassis.runtime.process import Process

WORKERS = 2
LARGE = 20 * 1024 * 1024
PATIENCE_S = 20


class Handler(HttpRequestHandler):
    server = WebServer()


def on(method: str, path: str) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        register_entrypoint(function, Handler(method, path))
        return function

    return decorate


class Work:
    """What ``/slow`` does: each goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self._let_go = Event()

    def do(self) -> None:
        self.begun += 1
        self._let_go.wait()

    def let_go(self) -> None:
        self._let_go.send()


class Echo:
    name = "echo"
    work = Work()
    followed: ClassVar[list[str]] = []

    @on("POST", "/echo")
    def echo(self, request: Request) -> Response:
        return Response(request.get_data())

    @on("GET", "/slow")
    def slow(self, request: Request) -> Response:
        self.work.do()
        return Response("done")

    @on("GET", "/large")
    def large(self, request: Request) -> Response:
        return Response(bytes(LARGE))

    @on("GET", "/quick")
    def quick(self, request: Request) -> Response:
        return Response("done")

    @on("GET", "/asked")
    def asked(self, request: Request) -> Response:
        """Says how the request was understood."""
        header = request.headers.get("X-Any", "")
        host = request.environ.get("HTTP_HOST")
        return Response(f"{request.method} {host} {request.full_path} {header}")

    @on("GET", "/follows")
    def follows(self, request: Request) -> Response:
        """What a smuggled request asks for."""
        self.followed.append(request.path)
        return Response("followed")


@dataclass
class Site:
    process: Process
    server: WebServer
    address: str
    work: Work
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def connect(self) -> socket.socket:
        host, port = self.address.split(":")
        return self.stack.enter_context(closing(socket.create_connection((host, int(port)), 10)))

    def listens(self) -> bool:
        try:
            self.connect()
        except OSError:
            return False
        return True

    def say(self, *parts: bytes) -> bytes:
        """What the server answers to these bytes."""
        connection = self.connect()
        for part in parts:
            connection.sendall(part)
        return connection.recv(65_536)


@contextmanager
def a_site(address: str = "127.0.0.1:0", **settings: Any) -> Iterator[Site]:
    config = {
        "WEB_SERVER_ADDRESS": address,
        "AMQP_URI": "embedded://site",
        "max_workers": WORKERS,
        **settings,
    }
    Echo.work = Work()
    Echo.followed.clear()
    with Process([Echo], config, []).running() as process, ExitStack() as stack:
        [container] = process.containers
        [server] = [each for each in container.extensions if isinstance(each, WebServer)]
        yield Site(process, server, server.address, Echo.work, stack)


def answers_of(connection: socket.socket, sent: bytes) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    with contextlib.suppress(OSError):  # it may hang up before all is sent
        connection.sendall(sent)
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            said += part
    return said


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: here", *headers, "", ""]).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])
