"""Server-sent events: the bytes of a stream, and the answer that sends them as they come.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.wrappers import Response

from chassis.concurrency.sockets import is_readable
from chassis.http.connection import CONNECTION

EVENT_STREAM = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
HEARTBEAT = b":\n\n"
"""A comment: it keeps proxies from closing a quiet connection, and finds one that is lost."""
SEND_AT_ONCE = {"eventlet.minimum_write_chunk_size": 1}
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""``X-Accel-Buffering: no`` keeps nginx from buffering events."""


def event(id: int, data: bytes) -> bytes:
    """One event; ``data`` is one line."""
    return b"id: %d\ndata: %s\n\n" % (id, data)


def retry(seconds: float) -> bytes:
    """The field that tells the client how long to wait before it reconnects."""
    return b"retry: %d\n\n" % (seconds * 1000)


def event_stream(chunks: Iterable[bytes], environ: dict[str, Any]) -> Response:
    """The answer that sends each chunk at once. ``chunks`` gets its ``close`` called when the
    answer has ended, however it did."""
    environ.update(SEND_AT_ONCE)
    return Response(chunks, headers=HEADERS, content_type=EVENT_STREAM)


def has_hung_up(environ: dict[str, Any]) -> bool:
    """Whether the client of a stream has closed its connection: it sends nothing after its request,
    so its socket is readable only at the end."""
    fileno: int = environ[CONNECTION].fileno()
    return fileno < 0 or is_readable(fileno)
