"""CORS: which browser frontends on other origins may call the API (Fetch standard, 3.2).

Credentials are never allowed: the API ignores cookies and identifies callers by their access token
alone, so another origin can do nothing in a visitor's name without their token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from http import HTTPStatus

from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from chassis.errors import Forbidden
from gateway.http import problems

ANY = "*"
PATHS = ("/api/", "/openapi.json", "/asyncapi.json")
"""Pages are for their own origin only."""
REQUEST_HEADERS = (
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "X-Correlation-Id",
)
RESPONSE_HEADERS = (
    "Allow",
    "Content-Disposition",
    "ETag",
    "Retry-After",
    "WWW-Authenticate",
    "X-Correlation-Id",
)
PREFLIGHT_LIFETIME_S = 7200
"""Chromium's upper limit."""

Headers = list[tuple[str, str]]


class OriginNotAllowed(Forbidden):
    """This origin may not call the API from a browser. Please ask the operator to allow it."""

    code = "origin_not_allowed"


class Cors:
    """Answers to cross-origin requests. ``origins`` as browsers write them, or ``*``."""

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origins)

    def headers(self, path: str, origin: str | None) -> Headers:
        """The CORS headers of an answer at this path to a request from this origin."""
        if not self._origins or not path.startswith(PATHS):
            return []
        exposed = ("Access-Control-Expose-Headers", ", ".join(RESPONSE_HEADERS))
        if ANY in self._origins:
            return [("Access-Control-Allow-Origin", ANY), exposed]
        vary = ("Vary", "Origin")
        if origin not in self._origins:
            return [vary]
        return [("Access-Control-Allow-Origin", origin), exposed, vary]

    def headers_of_unread(self) -> Headers:
        """The CORS headers of a refusal before the origin and path were read. It has no personal
        data, so every origin may read it."""
        return [("Access-Control-Allow-Origin", ANY)] if self._origins else []

    def preflight(self, request: Request, url_map: Map) -> Response | None:
        """The answer to a preflight; ``None`` for every other request."""
        asked = "Access-Control-Request-Method" in request.headers
        if request.method != "OPTIONS" or not asked or not self._origins:
            return None
        origin = request.headers.get("Origin", "")
        if not self._allows(request.path, origin):
            return problems.from_error(OriginNotAllowed())
        methods = url_map.bind_to_environ(request.environ).allowed_methods()
        return Response(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Access-Control-Allow-Methods": _listed(set(methods) - {"OPTIONS"}),
                "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
                "Access-Control-Max-Age": str(PREFLIGHT_LIFETIME_S),
            },
        )

    def _allows(self, path: str, origin: str) -> bool:
        return any(name == "Access-Control-Allow-Origin" for name, _ in self.headers(path, origin))


def _listed(methods: Iterable[str]) -> str:
    return ", ".join(sorted(methods))
