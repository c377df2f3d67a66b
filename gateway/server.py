"""The gateway's HTTP server: the chassis's, with a call's context around each request."""

from __future__ import annotations

import re
import time

import structlog
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from chassis import context
from chassis.context import OUTERMOST_DEADLINE_S, CallContext
from chassis.http import WebServer
from gateway import problems

CORRELATION_ID = "X-Correlation-Id"
CORRELATION_PATTERN = re.compile(r"[A-Za-z0-9_.-]{1,64}")

log = structlog.get_logger()


class ApiServer(WebServer):
    """Every answer bears the correlation id that finds the request in the logs."""

    def respond(self, request: Request, url_map: Map) -> Response:
        started = time.perf_counter()
        call = _call_of(request)
        with context.entered(call):
            response = super().respond(request, url_map)
            response.headers[CORRELATION_ID] = call.correlation_id
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        return response

    def refusal(self, request: Request, error: HTTPException) -> Response:
        return problems.from_http(error)


def _call_of(request: Request) -> CallContext:
    """The client's correlation id, where it is one; a deadline for all that follows."""
    deadline = time.time() + OUTERMOST_DEADLINE_S
    given = request.headers.get(CORRELATION_ID, "")
    if CORRELATION_PATTERN.fullmatch(given):
        return CallContext(correlation_id=given, deadline=deadline)
    return CallContext(deadline=deadline)
