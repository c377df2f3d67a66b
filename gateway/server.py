"""The gateway's HTTP server: the chassis's, with a call's context around each request."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from ipaddress import ip_address

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
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
LONGEST_AGENT = 200

log = structlog.get_logger()


class ApiServer(WebServer):
    """Every answer bears the correlation id that finds the request in the logs."""

    def respond(self, request: Request, url_map: Map) -> Response:
        started = time.perf_counter()
        call = _call_of(request, self.container.config.get("PROXIES", 0))
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


def _call_of(request: Request, proxies: int) -> CallContext:
    """The client's correlation id, where it is one; a deadline for all that follows."""
    call = CallContext(
        deadline=time.time() + OUTERMOST_DEADLINE_S,
        address=address_of(request, proxies),
        agent=_agent_of(request),
    )
    given = request.headers.get(CORRELATION_ID, "")
    return replace(call, correlation_id=given) if CORRELATION_PATTERN.fullmatch(given) else call


def address_of(request: Request, proxies: int) -> str | None:
    """The client's IP address, with so many proxies of our own in front of us.

    Each appends to ``X-Forwarded-For`` whom it was called by, so that as many addresses from the
    end are true; what stands before them anybody may have written. It is the rule of werkzeug's
    ``ProxyFix``.
    """
    said = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = said[-proxies].strip() if 0 < proxies <= len(said) else ""
    return _as_address(forwarded) or _as_address(request.remote_addr or "")


def _as_address(text: str) -> str | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def _agent_of(request: Request) -> str | None:
    agent = request.headers.get("User-Agent", "")
    return UNPRINTABLE.sub("", agent)[:LONGEST_AGENT] or None
