"""Body of an HTTP/1.1 request: with a Content-Length, or chunked (RFC 9112, section 7.1).

Chunks are read strictly: sizes are plain hexadecimal digits, lines end with CRLF, extensions and
trailers are valid and bounded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, BinaryIO

import eventlet
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout

from chassis.http.head import MOST_FIELDS, TOKEN, field_of

PIECE = 64 * 1024
LONGEST_CHUNK_LINE = 1024
MOST_OF_EXTENSIONS = 8 * 1024
LARGEST_TRAILER = 8 * 1024

QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
EXTENSION = rf"[ \t]*;[ \t]*{TOKEN}(?:[ \t]*=[ \t]*(?:{TOKEN}|{QUOTED}))?"
CHUNK_LINE = re.compile(rf"([0-9A-Fa-f]{{1,16}})((?:{EXTENSION})*)\r\n".encode("latin-1"))


class Body:
    """A request's body of ``length`` bytes; chunked where that is ``None``.

    ``say_continue`` is called once, before the first byte is read.
    """

    # eventlet's server reads these: so set, it neither reads nor discards a body by itself
    chunked_input = False
    should_send_hundred_continue = False
    content_length = position = 0

    def __init__(
        self, stream: BinaryIO, length: int | None, say_continue: Callable[[], None] | None = None
    ) -> None:
        self.length = length
        self._stream = stream
        self._left = length or 0
        self._say_continue = say_continue
        self._extensions = 0
        self.is_whole = length == 0
        """Whether all of it was read: the next byte on the connection begins another request."""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; none at the end. Raises ``BadRequest`` where it is malformed."""
        if self.is_whole:
            return b""
        if self._say_continue is not None:
            self._say_continue()
            self._say_continue = None
        if self.length is None and not self._left and not self._next_chunk():
            return b""
        piece = self._stream.read(min(size, self._left))
        if not piece:
            raise BadRequest("The body ended before its announced length.")
        self._left -= len(piece)
        if self.length is not None:
            self.is_whole = not self._left
        elif not self._left and self._stream.read(2) != b"\r\n":
            raise BadRequest("A chunk of the body is not as long as it says.")
        return piece

    def _next_chunk(self) -> bool:
        line = self._stream.readline(LONGEST_CHUNK_LINE)
        match = CHUNK_LINE.fullmatch(line)
        if match is None:
            raise BadRequest("The body is malformed: a chunk begins with its size in hexadecimal.")
        self._extensions += len(match[2])
        if self._extensions > MOST_OF_EXTENSIONS:
            raise BadRequest(f"The body's chunk extensions are over {MOST_OF_EXTENSIONS} bytes.")
        self._left = int(match[1], 16)
        if not self._left:
            self._read_trailer()
            self.is_whole = True
        return bool(self._left)

    def _read_trailer(self) -> None:
        left = LARGEST_TRAILER
        for _ in range(MOST_FIELDS + 1):
            line = self._stream.readline(left)
            if line == b"\r\n":
                return
            if not line.endswith(b"\r\n"):
                break
            field_of(line.removesuffix(b"\r\n").decode("latin-1"))
            left -= len(line)
        raise BadRequest("The body's trailer is malformed or too large.")


def read_body(environ: dict[str, Any], largest: int, within_s: float) -> None:
    """Read the whole body within ``within_s`` seconds, and put it in place of its stream.

    Raises ``BadRequest`` (400), ``RequestEntityTooLarge`` (413) or ``RequestTimeout`` (408).
    """
    stream: Body = environ["wsgi.input"]
    if stream.length is not None and stream.length > largest:
        raise RequestEntityTooLarge(f"The body has {stream.length} bytes, the limit is {largest}.")
    body = io.BytesIO() if stream.is_whole else _read(stream, largest, within_s)
    environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.input"] = body


def _read(stream: Body, largest: int, within_s: float) -> io.BytesIO:
    body = io.BytesIO()
    try:
        with eventlet.Timeout(within_s, TimeoutError()):
            while piece := stream.read(PIECE):
                body.write(piece)
                if body.tell() > largest:
                    raise RequestEntityTooLarge(f"The body is over {largest} bytes.")
    except TimeoutError:
        raise RequestTimeout(f"The body did not come within {within_s:.0f} seconds.") from None
    except OSError:
        raise BadRequest("The connection ended before the body did.") from None
    body.seek(0)
    return body
