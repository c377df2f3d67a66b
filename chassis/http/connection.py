"""Connection of one HTTP/1.1 client: eventlet's server behind a strict parser.

eventlet uses Python's mail parser, which drops all headers after a malformed one, and waits for a
head as long as single bytes keep coming. Here a head is read whole within a deadline and checked
(``chassis/http/head.py``) before eventlet gets it. A refused request is answered once, the
connection is closed, and nothing that follows on it is read as a request.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import eventlet
from eventlet import wsgi
from nameko.web.server import HttpOnlyProtocol
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestHeaderFieldsTooLarge,
    RequestTimeout,
    RequestURITooLarge,
)
from werkzeug.wrappers import Response

from chassis.http.body import PIECE, Body
from chassis.http.head import Head, parse

LONGEST_REQUEST_LINE = 8192
LARGEST_HEAD = 32 * 1024
HEAD_DEADLINE_S = 10.0
"""From the first byte of a request to the end of its head."""
MOST_EMPTY_LINES = 8
"""Allowed before a request line (RFC 9112, section 2.2)."""
CLOSE_WITHIN_S = 1.0

CRLF = b"\r\n"
END_OF_HEAD = b"\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

CONNECTION = "firststep.connection"
"""The key of the client's socket in a request's environ."""

Refuse = Callable[[HTTPException], Response]


class Connection(HttpOnlyProtocol):
    """Reads requests and writes answers, one after another, until either side closes.

    ``refuse`` makes the answer to a head that is not accepted.
    """

    def __init__(self, state: list[Any], server: Any, refuse: Refuse) -> None:
        self._refuse = refuse
        super().__init__(state, server)  # returns when the connection ends

    def setup(self) -> None:
        super().setup()
        self._own = self.connection.getsockname()[:2]

    def handle_one_request(self) -> None:
        """One request from its first byte to the end of its answer."""
        self.close_connection = True
        try:
            text = self._read_head()
            head = parse(text) if text else None
        except HTTPException as refusal:
            self._answer_refusal(refusal)
        else:
            if head is not None:
                self._answer(head)

    def _read_head(self) -> bytes:
        """The head up to the last field's CRLF; empty where the client is gone or idle."""
        for _ in range(MOST_EMPTY_LINES):
            begun = self._wait_for_bytes()
            if not begun.startswith(CRLF):
                break
            self.rfile.read(len(CRLF))
        if not begun:
            return b""
        self.conn_state[2] = wsgi.STATE_REQUEST
        end = begun.find(END_OF_HEAD)
        if end < 0 or end > LONGEST_REQUEST_LINE:
            return self._read_slowly()
        text: bytes = self.rfile.read(end + len(END_OF_HEAD))
        return text[: -len(CRLF)]

    def _wait_for_bytes(self) -> bytes:
        """Wait for the first bytes of a request, up to the idle timeout."""
        keepalive = self.server.keepalive
        if keepalive and not isinstance(keepalive, bool):
            self.connection.settimeout(keepalive)
        try:
            begun: bytes = self.rfile.peek()
        except (OSError, ValueError):  # reset, idle for too long, or closed at the server's stop
            return b""
        self.connection.settimeout(self.server.socket_timeout)
        return begun

    def _read_slowly(self) -> bytes:
        """A head that did not come in one piece, line by line."""
        try:
            with eventlet.Timeout(HEAD_DEADLINE_S, TimeoutError()):
                return b"".join(self._lines())
        except TimeoutError:
            raise RequestTimeout(
                f"The request's head did not come within {HEAD_DEADLINE_S:.0f} seconds."
            ) from None
        except OSError:
            return b""

    def _lines(self) -> Iterable[bytes]:
        for _ in range(MOST_EMPTY_LINES):
            line = self.rfile.readline(LONGEST_REQUEST_LINE)
            if line != CRLF:
                break
        if len(line) == LONGEST_REQUEST_LINE:
            raise RequestURITooLarge(f"The request line is over {LONGEST_REQUEST_LINE} bytes.")
        left = LARGEST_HEAD
        while line != CRLF:
            left -= len(line)
            if not left:
                raise RequestHeaderFieldsTooLarge(f"The head is over {LARGEST_HEAD} bytes.")
            if not line.endswith(CRLF):
                raise BadRequest("A line of the request's head does not end with CR and LF.")
            yield line
            line = self.rfile.readline(left)

    def _answer(self, head: Head) -> None:
        say_continue = self._say_continue if head.awaits_continue else None
        self._body = Body(self.rfile, head.length, say_continue)
        self._let_eventlet_answer(head, self._environ_of(head), self._application)

    def _answer_refusal(self, refusal: HTTPException) -> None:
        nothing = Head(
            "GET", "*", "HTTP/1.1", "", [], None, closes=True, keeps=False, awaits_continue=False
        )
        self._body = Body(self.rfile, None)  # never read: its end is unknown
        self._let_eventlet_answer(nothing, self._environ_of(nothing), self._refuse(refusal))

    def _let_eventlet_answer(self, head: Head, environ: dict[str, Any], application: Any) -> None:
        self.command, self.request_version = head.method, head.version
        self.headers = {"Connection": "keep-alive"} if head.keeps else {}
        self.close_connection = head.closes
        self.environ, self.application = environ, application
        try:
            self.handle_one_response()
        except OSError as error:
            self.close_connection = True
            if error.errno not in wsgi.BROKEN_SOCK:
                raise
        if not self._body.is_whole:
            self._close_gently()

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Close the connection after an answer whose request's body was not read to its end."""
        answer: Iterable[bytes] = self.server.app(environ, start_response)
        if not self._body.is_whole:
            self.close_connection = True
        return answer

    def _say_continue(self) -> None:
        self.wfile.write(CONTINUE)
        self.wfile.flush()

    def _close_gently(self) -> None:
        """Half-close and drain first: closing with unread bytes resets the connection, and the
        client may lose the answer (RFC 9112, section 9.6)."""
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_WR)
            with eventlet.Timeout(CLOSE_WITHIN_S, False):
                while self.connection.recv(PIECE):
                    pass
        except OSError:
            pass

    def _environ_of(self, head: Head) -> dict[str, Any]:
        """The WSGI environ (PEP 3333). Header names with an underscore are left out: in an environ
        they are indistinguishable from those with a hyphen."""
        path, _, query = head.target.partition("?")
        environ: dict[str, Any] = self.server.get_environ()
        environ |= {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": head.version,
            "SERVER_NAME": self._own[0],
            "SERVER_PORT": str(self._own[1]),
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": str(self.client_address[1]),
            CONNECTION: self.connection,
            "wsgi.input": self._body,
            "eventlet.input": self._body,
            "eventlet.posthooks": [],
        }
        for name, value in head.fields:
            if "_" in name:
                continue
            key = "HTTP_" + name.upper().replace("-", "_")
            if key not in environ:
                environ[key] = value
            else:
                environ[key] += ("; " if key == "HTTP_COOKIE" else ", ") + value
        if head.host:
            environ["HTTP_HOST"] = head.host
        for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if f"HTTP_{key}" in environ:
                environ[key] = environ.pop(f"HTTP_{key}")
        return environ
