"""HTTP server: nameko's on eventlet, with limits on size, time and number.

A request's body is read whole before it takes a worker, so that slow clients block no worker. Every
answer has the headers that keep browsers from content sniffing, framing and caching.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import eventlet
import structlog
from eventlet import wsgi
from eventlet.greenio import GreenSocket
from nameko.constants import WEB_SERVER_CONFIG_KEY
from nameko.web import server as nameko_server
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from chassis.http.body import read_body
from chassis.http.connection import Connection
from chassis.http.connection_limits import ConnectionLimits
from chassis.settings import CONNECTIONS_PER_ADDRESS, INHERITED, BadSettings

LARGEST_BODY = 1024 * 1024
BODY_DEADLINE_S = 5.0
SOCKET_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 75
LINGER_S = 0.5
MOST_CONNECTIONS = 1000
BACKLOG = 1024
LOOK_EVERY_S = 0.02
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
RETRY_AFTER_S = "2"
TRY_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""Headers of every answer that does not set them itself."""
HTTPS_ALONE = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

log = structlog.get_logger()


class WebServer(nameko_server.WebServer):
    """Shared by all HTTP entrypoints of a service."""

    def __init__(self) -> None:
        super().__init__()
        self._starting = False
        self._is_accepting: bool = True
        self._connections: dict[int, list[Any]] = {}
        self._when_stopping: list[Callable[[], None]] = []

    def setup(self) -> None:
        config = self.container.config
        self.always = headers_for(config.get("URL", ""))
        behind_proxies = config.get("PROXIES", 0) > 0
        self._connection_limits = ConnectionLimits(
            None
            if behind_proxies
            else config.get("CONNECTIONS_PER_ADDRESS", CONNECTIONS_PER_ADDRESS)
        )

    def start(self) -> None:
        if self._starting:
            return
        self._starting = True
        self._sock = listen(self.bind_addr)
        self._serv = wsgi.Server(
            self._sock,
            self._sock.getsockname(),
            self.application(),
            protocol=partial(Connection, refuse=self.refused),
            log_output=False,
            debug=False,
            keepalive=IDLE_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
        )
        self._serv.capitalize_response_headers = False  # they are spelled correctly
        self._gt = self.container.spawn_managed_thread(self.run, identifier="http")

    @property
    def bind_addr(self) -> str:
        """The configured address, in the form that ``listen`` takes."""
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
            except OSError as error:  # such as too many open files: others will be closed
                log.warning("accept_failed", error=str(error))
                eventlet.sleep(LOOK_EVERY_S)
            eventlet.sleep(0)  # a burst of new connections must not starve open ones

    def _take(self, sock: Any, address: Any) -> None:
        sock.settimeout(SOCKET_TIMEOUT_S)
        self.container.spawn_managed_thread(
            partial(self.process_request, sock, address), identifier="connection"
        )

    def process_request(self, sock: Any, address: Any) -> None:
        with self._connection_limits.admit(address[0]) as accepted:
            if not accepted or len(self._connections) >= MOST_CONNECTIONS:
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

    def when_stopping(self, end: Callable[[], None]) -> None:
        """Call this when the server begins to stop, to end answers that would go on."""
        self._when_stopping.append(end)

    def unregister_provider(self, provider: Any) -> None:
        """The service stops: accept no new request while it finishes those under way."""
        self._stop_accepting()
        super().unregister_provider(provider)

    def stop(self) -> None:
        """Finish requests under way, and close all connections."""
        self._stop_accepting()
        while self._connections:
            eventlet.sleep(LOOK_EVERY_S)

    def _stop_accepting(self) -> None:
        if self._gt is None or not self._is_accepting:
            return
        self._is_accepting = False
        self._gt.kill()
        self._accept_queued()
        self._sock.close()
        self._serv.keepalive = False  # answers from now on have Connection: close
        for end in self._when_stopping:
            end()
        self._linger()

    def _accept_queued(self) -> None:
        """Accept queued connections: closing the socket would reset them."""
        self._sock.settimeout(0)
        with contextlib.suppress(OSError):  # the queue is empty, or there are too many open files
            while True:
                sock, address = self._sock.accept()
                self._take(GreenSocket(sock), address)

    def _linger(self) -> None:
        """Wait a moment for requests on their way, then close connections that are still idle."""
        end = monotonic() + LINGER_S
        eventlet.sleep(0)
        while self._connections and monotonic() < end:
            eventlet.sleep(LOOK_EVERY_S)
        for state in list(self._connections.values()):
            idle = state[2] == wsgi.STATE_IDLE
            state[2] = wsgi.STATE_CLOSE  # close it after its answer
            if idle:
                _shut_down(state[1])

    def application(self) -> Callable[..., Iterable[bytes]]:
        url_map = self.make_url_map()
        url_map.merge_slashes = False  # a doubled slash is another path, not a redirect

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            request = Request(environ)
            try:
                response = self.respond(request, url_map)
            except Exception:
                log.exception("request_failed")
                response = self.refusal(request, InternalServerError())
            return self.finished(response, request)(environ, start_response)

        return application

    def respond(self, request: Request, url_map: Map) -> Response:
        """Route a request and answer it. An entrypoint with ``reads_body`` reads the body itself,
        once it has authenticated the caller."""
        if request.environ["PATH_INFO"] == "*":  # OPTIONS of the server as a whole
            return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": ", ".join(METHODS)})
        try:
            provider, values = url_map.bind_to_environ(request.environ).match()
            if not getattr(provider, "reads_body", False):
                read_body(request.environ, LARGEST_BODY, BODY_DEADLINE_S)
            request.path_values = values  # type: ignore[attr-defined]  # nameko's own way
            response: Response = provider.handle_request(request)
        except HTTPException as error:
            response = self.refusal(request, error)
        return response

    def refusal(self, request: Request | None, error: HTTPException) -> Response:
        """The answer to a request that no entrypoint takes. A subclass may give it another form.

        ``request`` is ``None`` where the head was refused.
        """
        return Response(
            f"{error.name}\n", error.code, error.get_headers(), content_type="text/plain"
        )

    def refused(self, error: HTTPException) -> Response:
        """The complete answer to a head that is refused."""
        log.info("request_refused", status=error.code, reason=error.description)
        return self.finished(self.refusal(None, error), None)

    def finished(self, response: Response, request: Request | None) -> Response:
        """Add the headers that every answer has: no caching unless it allows that, and
        ``Retry-After`` where the client may retry. ``request`` is ``None`` where the head was
        refused."""
        headers = response.headers
        for name, value in self.always.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if response.status_code in TRY_AGAIN:
            headers.setdefault("Retry-After", RETRY_AFTER_S)
        return response


def headers_for(url: str) -> Mapping[str, str]:
    """The headers of every answer, for a site with this public address."""
    return {**ALWAYS, **HTTPS_ALONE} if urlsplit(url).scheme == "https" else ALWAYS


def is_inherited(address: str) -> bool:
    """Whether an address is ``fd://N``: a listening socket that other processes share."""
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


def _shut_down(sock: Any) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()
