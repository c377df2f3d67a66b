"""The gateway's HTTP server: the chassis's server, with a call context around each request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import structlog
from nameko.web.handlers import HttpRequestHandler
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect
from werkzeug.wrappers import Request, Response

from chassis import context
from chassis.context import OUTERMOST_DEADLINE_S, CallContext
from chassis.http.server import WebServer
from chassis.networks import network_of
from contracts.inputs.zones import LONGEST_NAME, TIME_ZONES
from gateway.cache import PRIVATE, PUBLIC, Answer, PublicReads, answered, page_key
from gateway.featured import listing
from gateway.featured.listing import Featured
from gateway.http import problems
from gateway.http.authentication import CALLER
from gateway.http.cookies import PERSONAL, TIME_ZONE
from gateway.http.cors import Cors
from gateway.http.masking import without_secrets
from gateway.http.translations import translate

CORRELATION_ID = "X-Correlation-Id"
CORRELATION_PATTERN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
LONGEST_AGENT = 200
REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
STATUS_LINES = {
    HTTPStatus.OK: "200 OK",
    HTTPStatus.NOT_MODIFIED: "304 Not Modified",
}

API = "/api/"
PERSONAL_COOKIE = re.compile(rf"(?:^|;\s*)(?:__Host-)?(?:{'|'.join(PERSONAL)})=")
ZONE_COOKIE = re.compile(rf"(?:^|;\s*){TIME_ZONE}=([A-Za-z0-9_+/-]{{1,{LONGEST_NAME}}})(?:;|$)")
ZONE_PARAMETER = "tz"
SIGHT = "firststep.sight"
"""The key in a request's environ of the featured specialists that a page shows first."""

ErrorPages = Callable[[Request, HTTPException], Response | None]

log = structlog.get_logger()


class ApiServer(WebServer):
    """Every answer has the correlation id that finds the request in the logs.

    Cached public reads are answered before routing.
    """

    reads = PublicReads()
    featured = Featured()
    _routes: Map
    page_headers: Mapping[str, str] = MappingProxyType({})
    error_pages: ErrorPages | None = None
    """Makes pages of refusals that no entrypoint answers; ``None`` for programs."""

    def __init__(self) -> None:
        super().__init__()
        self.featured_on: dict[str, int] = {}
        """Paths of pages that show featured specialists, and how many."""

    def setup(self) -> None:
        super().setup()
        self.cors = Cors(self.container.config.get("ORIGINS", ()))

    def handlers(self) -> Iterator[HttpRequestHandler]:
        """Every entrypoint of this server."""
        yield from self._providers

    def handler_of(self, method: str, path: str) -> tuple[Any, dict[str, Any]] | None:
        """The entrypoint that takes such a request, and the parameters in its path."""
        try:
            provider, values = self._routes.bind("").match(path, method)
        except (HTTPException, RequestRedirect):
            return None
        return provider, dict(values)

    def make_url_map(self) -> Map:
        self._routes = super().make_url_map()
        return self._routes

    def application(self) -> Callable[..., Iterable[bytes]]:
        route = super().application()

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] == "GET" and environ["wsgi.input"].is_whole:
                answer = self._from_cache(environ)
                if answer is not None:
                    status, headers, body = answer
                    start_response(STATUS_LINES[status], headers)
                    return [body]
            return route(environ, start_response)

        return application

    def _from_cache(self, environ: dict[str, Any]) -> Answer | None:
        """The same answer as ``respond`` gives, in a fifth of the time."""
        started = time.perf_counter()
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if not path.startswith(API):
            return self._page_from_cache(environ, path, query, started)
        if path == listing.PATH:
            if query:
                return None  # the cached page is for visitors without a query
            entry, control = self.featured.first_page(), PRIVATE
        else:
            entry, control = self.reads.cache.get((path, query)), PUBLIC
        if entry is None:
            return None
        status, headers, body = answered(entry, control, environ)
        correlation_id = _correlation_id(environ.get("HTTP_X_CORRELATION_ID", ""))
        headers += (*self.always.items(), (CORRELATION_ID, correlation_id))
        headers += self.cors.headers(path, environ.get("HTTP_ORIGIN"))
        _log("GET", path, int(status), started, correlation_id=correlation_id)
        return status, headers, body

    def _page_from_cache(
        self, environ: dict[str, Any], path: str, query: str, started: float
    ) -> Answer | None:
        """A page that is the same for all anonymous visitors in this visitor's zone."""
        cookies = environ.get("HTTP_COOKIE", "")
        if PERSONAL_COOKIE.search(cookies) or f"{ZONE_PARAMETER}=" in query:
            return None
        zone = ZONE_COOKIE.search(cookies)
        known = zone[1] if zone is not None and zone[1] in TIME_ZONES else ""
        sight = self.featured.sight(self.featured_on[path]) if path in self.featured_on else None
        environ[SIGHT] = sight
        visit = sight.token if sight else ""
        entry = self.reads.cache.get(page_key(path, query, known, visit))
        if entry is None:
            return None
        if sight is not None:
            self.featured.exposures.shown(sight.ids)
        status, headers, body = answered(entry, PUBLIC, environ)
        correlation_id = _correlation_id(environ.get("HTTP_X_CORRELATION_ID", ""))
        always = {**self.always, **self.page_headers}
        headers += (*always.items(), (CORRELATION_ID, correlation_id))
        _log("GET", path, int(status), started, correlation_id=correlation_id)
        return status, headers, body

    def respond(self, request: Request, url_map: Map) -> Response:
        started = time.perf_counter()
        call = _call_of(request, self.container.config.get("PROXIES", 0))
        with context.entered(call):
            response = self.cors.preflight(request, url_map) or super().respond(request, url_map)
            response.headers[CORRELATION_ID] = call.correlation_id
            more = _caller_and_network(request, call) if response.status_code in REFUSED else {}
            _log(request.method, request.path, response.status_code, started, **more)
        return response

    def refusal(self, request: Request | None, error: HTTPException) -> Response:
        page = None
        if request is not None and self.error_pages is not None:
            page = self.error_pages(request, error)
        return page or problems.from_http(error)

    def finished(self, response: Response, request: Request | None) -> Response:
        if request is None:
            headers = self.cors.headers_of_unread()
        else:
            translate(response, request)
            headers = self.cors.headers(request.path, request.headers.get("Origin"))
        for name, value in headers:
            response.headers.add(name, value)
        return super().finished(response, request)

    def refused(self, error: HTTPException) -> Response:
        call = CallContext()
        with context.entered(call):
            response = super().refused(error)
        response.headers[CORRELATION_ID] = call.correlation_id
        return response


def _log(method: str, path: str, status: int, started: float, **more: str) -> None:
    ms = round((time.perf_counter() - started) * 1000, 1)
    shown = without_secrets(path)
    log.info("request", method=method, path=shown, status=status, ms=ms, **more)


def _caller_and_network(request: Request, call: CallContext) -> dict[str, str]:
    """The account that the token names, if any, and the network."""
    caller = request.environ.get(CALLER)
    found = {"account": None if caller is None else str(caller.account_id)}
    found["network"] = network_of(call.address)
    return {name: value for name, value in found.items() if value is not None}


def _call_of(request: Request, proxies: int) -> CallContext:
    """The context of a request: its deadline, and where it comes from."""
    return CallContext(
        correlation_id=_correlation_id(request.headers.get(CORRELATION_ID, "")),
        deadline=time.time() + OUTERMOST_DEADLINE_S,
        address=address_of(request, proxies),
        agent=_agent_of(request),
    )


def address_of(request: Request, proxies: int) -> str | None:
    """The client's IP address, behind so many proxies of the operator's.

    Each proxy appends its caller to ``X-Forwarded-For``, so that many addresses at the end are
    true; a client may have written the ones before them. Werkzeug's ``ProxyFix`` has the same rule.
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


def _correlation_id(given: str) -> str:
    """The client's id where it is well-formed, else a new one."""
    return given if CORRELATION_PATTERN.fullmatch(given) else uuid4().hex
