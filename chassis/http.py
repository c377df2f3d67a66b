"""The HTTP server: nameko's on eventlet, with limits on size, time and number.

A request's body is read whole before it takes a worker, so that slow clients hold nobody up.
"""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Any

import eventlet
import structlog
from eventlet import wsgi
from eventlet.greenio import GreenSocket
from nameko.constants import WEB_SERVER_CONFIG_KEY
from nameko.web import server as nameko_server
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from chassis.config import INHERITED, BadSettings

LARGEST_BODY = 1024 * 1024
LONGEST_REQUEST_LINE = 8192
BODY_DEADLINE_S = 5.0
SOCKET_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 75
LINGER_S = 0.5
MOST_CONNECTIONS = 1000
BACKLOG = 1024
CHUNK = 64 * 1024
LOOK_EVERY_S = 0.02

log = structlog.get_logger()


class WebServer(nameko_server.WebServer):
    """Shared by all HTTP entrypoints of a service."""

    def __init__(self) -> None:
        super().__init__()
        self._starting = False
        self._is_accepting: bool = True
        self._connections: dict[int, list[Any]] = {}

    def start(self) -> None:
        if self._starting:
            return
        self._starting = True
        self._sock = listen(self.bind_addr)
        self._serv = wsgi.Server(
            self._sock,
            self._sock.getsockname(),
            self.application(),
            protocol=nameko_server.HttpOnlyProtocol,
            log_output=False,
            debug=False,
            keepalive=IDLE_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
            url_length_limit=LONGEST_REQUEST_LINE,
        )
        self._gt = self.container.spawn_managed_thread(self.run, identifier="http")

    @property
    def bind_addr(self) -> str:
        """As ``listen`` takes it."""
        return str(self.container.config[WEB_SERVER_CONFIG_KEY])

    @property
    def address(self) -> str:
        """Where it listens, as ``host:port``; the port is the real one where 0 was asked for."""
        host, port = self._sock.getsockname()[:2]
        return f"{host}:{port}"

    def run(self) -> None:
        while True:
            try:
                self._take(*self._sock.accept())
            except OSError as error:  # such as too many open files: some will be closed
                log.warning("connection_not_accepted", error=str(error))
                eventlet.sleep(LOOK_EVERY_S)
            eventlet.sleep(0)  # whoever waits to be let in must not keep those inside waiting

    def _take(self, sock: Any, address: Any) -> None:
        sock.settimeout(SOCKET_TIMEOUT_S)
        self.container.spawn_managed_thread(
            partial(self.process_request, sock, address), identifier="connection"
        )

    def process_request(self, sock: Any, address: Any) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            sock.close()
            return
        state = [address, sock, wsgi.STATE_IDLE]
        self._connections[id(state)] = state
        try:
            self._serv.process_request(state)
        except OSError:
            sock.close()
        finally:
            del self._connections[id(state)]

    def unregister_provider(self, provider: Any) -> None:
        """The service stops: no new request may come while it finishes those that it has."""
        self._close_door()
        super().unregister_provider(provider)

    def stop(self) -> None:
        """Finish what was begun, and hang up."""
        self._close_door()
        while self._connections:
            eventlet.sleep(LOOK_EVERY_S)

    def _close_door(self) -> None:
        if self._gt is None or not self._is_accepting:
            return
        self._is_accepting = False
        self._gt.kill()
        self._take_who_knocked()
        self._sock.close()
        self._serv.keepalive = False  # each answer says from now on that it is the last
        self._linger()

    def _take_who_knocked(self) -> None:
        """A closed socket would reset the connections in its queue."""
        self._sock.settimeout(0)
        with contextlib.suppress(OSError):  # nobody is left, or there is no room
            while True:
                sock, address = self._sock.accept()
                self._take(GreenSocket(sock), address)

    def _linger(self) -> None:
        """A request may be under way on a connection that seems idle: wait a moment for it."""
        end = monotonic() + LINGER_S
        eventlet.sleep(0)
        while self._connections and monotonic() < end:
            eventlet.sleep(LOOK_EVERY_S)
        for state in list(self._connections.values()):
            idle = state[2] == wsgi.STATE_IDLE
            state[2] = wsgi.STATE_CLOSE  # once it is answered
            if idle:
                _hang_up(state[1])

    def application(self) -> Callable[..., Iterable[bytes]]:
        url_map = self.make_url_map()

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            response = self.respond(Request(environ), url_map)
            return response(environ, start_response)

        return application

    def respond(self, request: Request, url_map: Map) -> Response:
        """The whole way of a request. An entrypoint may read the body itself, when it knows who
        sends it."""
        try:
            provider, values = url_map.bind_to_environ(request.environ).match()
            if not getattr(provider, "reads_body", False):
                read_body(request.environ, LARGEST_BODY, BODY_DEADLINE_S)
            request.path_values = values  # type: ignore[attr-defined]  # nameko's own way
            response: Response = provider.handle_request(request)
        except HTTPException as error:
            response = self.refusal(request, error)
        return response

    def refusal(self, request: Request, error: HTTPException) -> Response:
        """The answer to what no entrypoint takes; a place for a service's own form of errors."""
        return Response(
            f"{error.name}\n", error.code, error.get_headers(), content_type="text/plain"
        )


def is_inherited(address: str) -> bool:
    """Whether an address is ``fd://N``: a socket that listens already, shared with others."""
    return address.startswith(INHERITED)


def listen(address: str) -> Any:
    """A listening socket at ``host:port``, or the inherited one at ``fd://N``.

    Unlike with eventlet's own, a second one on the same port is refused.
    """
    try:
        if is_inherited(address):
            return _inherited(int(address.removeprefix(INHERITED)))
        host, _, port = address.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return eventlet.listen((host.strip("[]"), int(port)), family, BACKLOG, reuse_port=False)
    except OSError as error:
        raise BadSettings(
            f"FIRSTSTEP_HTTP: can't listen on {address}: {error.strerror or error}"
        ) from None


def _inherited(fileno: int) -> Any:
    sock = socket.socket(fileno=fileno)
    if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        sock.detach()
        raise OSError("it does not listen")
    return sock


def read_body(environ: dict[str, Any], largest: int, within_s: float) -> None:
    """Put the request's whole body in place of its stream.

    Raises ``BadRequest`` (400), ``RequestEntityTooLarge`` (413) or ``RequestTimeout`` (408).
    """
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    announced = environ.get("CONTENT_LENGTH") or "0"
    if not announced.isascii() or not announced.isdigit():
        raise BadRequest(f"Content-Length is {announced!r}, not a number")
    length = None if chunked else int(announced)
    if length is not None and length > largest:
        raise RequestEntityTooLarge(f"the body has {length} bytes, the limit is {largest}")
    empty, stream = length == 0, environ["wsgi.input"]
    body = io.BytesIO() if empty else _read(stream, length, largest, within_s)
    environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.input"] = body


def _read(stream: Any, length: int | None, largest: int, within_s: float) -> io.BytesIO:
    body = io.BytesIO()
    try:
        with eventlet.Timeout(within_s, TimeoutError()):
            while length is None or body.tell() < length:
                chunk = stream.read(CHUNK if length is None else min(CHUNK, length - body.tell()))
                if not chunk:
                    break
                body.write(chunk)
                if body.tell() > largest:
                    raise RequestEntityTooLarge(f"the body is over {largest} bytes")
    except TimeoutError:
        raise RequestTimeout(f"the body did not come within {within_s:.0f} s") from None
    except (OSError, ValueError) as error:
        raise BadRequest(f"the body is malformed: {error}") from None
    if length is not None and body.tell() < length:
        raise BadRequest(f"the body ended after {body.tell()} of {length} bytes")
    body.seek(0)
    return body


def _hang_up(sock: Any) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()
