"""eventlet's HTTP server with nothing behind it: ``python -m benchmarks.bare PORT``."""

import chassis.concurrency.green  # noqa: F401, I001  # first: what is imported later finds itself green

import sys
from collections.abc import Callable
from typing import Any

import eventlet
from eventlet import wsgi

ANSWER = b'{"status": "booked"}'


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Read the request, and say yes."""
    environ["wsgi.input"].read()
    start_response("201 Created", [("Content-Type", "application/json")])
    return [ANSWER]


if __name__ == "__main__":
    wsgi.server(eventlet.listen(("127.0.0.1", int(sys.argv[1]))), answer, log_output=False)
