"""The Site: who visits a page, what surrounds it, and the pages of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from nameko.extensions import DependencyProvider, SharedExtension
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from chassis import context
from chassis.context import Caller
from chassis.database.refusals import Erased
from chassis.errors import Unauthenticated
from chassis.rpc.requester import Requester
from contracts.profiles.preferences import PATH_PREFIXES, Language
from contracts.profiles.sessions import Refresh, Session
from contracts.rpc.profiles import Profiles
from gateway.cache import HTML, PAGES_VARY
from gateway.http import cookies as names
from gateway.http import problems
from gateway.http.authentication import CALLER, Authenticator
from gateway.http.cookies import Cookies, Me
from gateway.http.encoding import Encodings
from gateway.http.server import SIGHT, ZONE_PARAMETER, ApiServer
from gateway.pages.rendering import Shell, render
from gateway.pages.visitor import Visitor

REFRESH_BEFORE_S = 60.0
API = ("/api/", "/.well-known/", "/openapi.json", "/asyncapi.json", "/healthz", "/readyz")
"""Paths for programs: errors there are problem+json."""
ERROR = "errors/error.html"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class ErrorShown:
    """The view of an error page. ``detail``: what happened, in the visitor's language. ``sent``: a
    form was sent, and it is not known whether it took effect."""

    status: HTTPStatus
    code: str
    detail: str
    errors: tuple[str, ...] = ()
    sent: bool = False


@dataclass
class Visit:
    """One request: its visitor, and the cookies that the answer sets. ``carried``: a form that goes
    on once its sender has signed in."""

    request: Request
    visitor: Visitor
    cookies: Cookies
    carried: str = ""


class Site(SharedExtension):
    server = ApiServer()
    authenticator = Authenticator()
    requester = Requester()

    def setup(self) -> None:
        config = self.container.config
        self.url = config.get("URL", "").rstrip("/")
        self._secure = urlsplit(self.url).scheme == "https"
        self.name: str = config["SITE_NAME"]
        self._exit_address: str = config["EXIT_ADDRESS"]
        self.server.error_pages = self.refusal
        self.server.page_headers = HEADERS

    def visit(self, request: Request, language: Language) -> Visit:
        """The visit of this request, whose visitor is not recognised yet."""
        cookies = Cookies(request, self._secure)
        visitor = Visitor(
            language=language,
            path=_without_prefix(request.path, language),
            query=request.query_string.decode("ascii", "replace"),
            sign_up=cookies.get(names.SIGN_UP),
            said=cookies.get(names.SAID),
            sight=request.environ.get(SIGHT),
        )
        return Visit(request, visitor, cookies)

    def recognise(self, visit: Visit) -> None:
        """Find out who visits, by the cookies as they are now; tokens that are about to expire are
        renewed. Raises ``Unavailable``."""
        caller, me = self._caller(visit), Me()
        if caller.account_id:
            try:
                me = self._me(visit, caller)
            except Erased:
                visit.cookies.sign_out()
                visit.request.environ.pop(CALLER, None)
                caller = Caller()
        asked = [each for each in visit.request.args.getlist(ZONE_PARAMETER) if each.strip()]
        visit.visitor = replace(visit.visitor, caller=caller, me=me, country=me.country).with_zone(
            asked[-1] if asked else None, me.time_zone, visit.cookies.get(names.TIME_ZONE)
        )

    def _caller(self, visit: Visit) -> Caller:
        """The caller by the cookies; anonymous where the session has ended. Raises
        ``Unavailable``."""
        token = visit.cookies.get(names.ACCESS)
        if token and self.authenticator.seconds_left(token) > REFRESH_BEFORE_S:
            try:
                return self.authenticator.caller_with(token, visit.request)
            except Unauthenticated:
                visit.request.environ.pop(CALLER, None)
        return self._refreshed(visit)

    def _refreshed(self, visit: Visit) -> Caller:
        token = visit.cookies.get(names.REFRESH)
        if not token:
            return Caller()
        try:
            session = self.profiles.refresh_session(refresh=Refresh(refresh_token=token)).load()
            visit.cookies.sign_in(session)  # the former tokens are spent, whatever fails from here
            return self.authenticator.caller_with(session.access_token, visit.request)
        except Unauthenticated:
            visit.cookies.sign_out()
            return Caller()

    def _me(self, visit: Visit, caller: Caller) -> Me:
        """What pages need to know about the account, from the cookie; from profiles where there is
        none, as after each renewal."""
        if not visit.cookies.get(names.ME):
            visit.cookies.set(names.ME, self.about(caller).to_cookie())
        return Me.from_cookie(visit.cookies.get(names.ME))

    def signed_in(self, visit: Visit, session: Session) -> None:
        """Begin a session in this browser."""
        visit.cookies.sign_in(session)
        self.recognise(visit)

    def renew(self, visit: Visit) -> None:
        """Renew the tokens, since the account's rights have changed."""
        visit.cookies.remove(names.ACCESS)
        self.recognise(visit)

    def about(self, caller: Caller) -> Me:
        """What pages need to know about an account."""
        with context.entered(replace(context.current(), caller=caller, idempotency_key=None)):
            name = self.profiles.get_me().load().display_name
            return Me.of(name, self.profiles.get_preferences().load())

    @property
    def profiles(self) -> Profiles:
        return Profiles(self.requester)

    def shell(self, visitor: Visitor, *, indexed: bool = False) -> Shell:
        return Shell(
            visitor=visitor,
            url=self.url,
            indexed=indexed,
            correlation_id=context.current().correlation_id,
            site_name=self.name,
            exit_address=self._exit_address,
        )

    def render(
        self,
        template: str,
        visitor: Visitor,
        view: Any,
        forms: Mapping[str, Any],
        *,
        indexed: bool = False,
    ) -> bytes:
        shell = self.shell(visitor, indexed=indexed)
        return render(template, shell, view, forms).encode()

    def personal(
        self, page: Encodings, visit: Visit, status: HTTPStatus, *, secret: bool = False
    ) -> Response:
        """The answer for one visitor: no cache stores it, also not the browser's."""
        accepted = "" if secret else visit.request.headers.get("Accept-Encoding", "")
        coding, body = page.preferred(accepted)
        response = Response(body, status, headers=HEADERS, content_type=HTML)
        response.headers["Cache-Control"] = "no-store"
        response.headers.add(*PAGES_VARY)
        response.headers["Content-Language"] = visit.visitor.language
        if coding is not None:
            response.headers["Content-Encoding"] = coding
        if visit.visitor.said:
            visit.cookies.remove(names.SAID)
        visit.cookies.write(response)
        return response

    def error(self, visit: Visit, error: Exception) -> Response:
        """The page of a refusal, or of an error of ours."""
        answer = problems.from_error(error)
        problem = answer.get_json()
        shown = ErrorShown(
            HTTPStatus(answer.status_code),
            problem["code"],
            problem["detail"],
            tuple(each["detail"] for each in problem["errors"]),
            sent=visit.request.method == "POST",
        )
        return self._error_page(visit, shown, dict(answer.headers))

    def refusal(self, request: Request, error: HTTPException) -> Response | None:
        """The page for a request that no entrypoint takes; ``None`` for programs."""
        if request.path.startswith(API) or "text/html" not in request.headers.get("Accept", ""):
            return None
        return self.http_error(self.visit(request, _language_of(request.path)), error)

    def http_error(self, visit: Visit, error: HTTPException) -> Response:
        """The page of a refusal of the HTTP server."""
        answer = problems.from_http(error)
        problem = answer.get_json()
        shown = ErrorShown(HTTPStatus(answer.status_code), problem["code"], problem["detail"])
        return self._error_page(visit, shown, dict(answer.headers))

    def _error_page(self, visit: Visit, shown: ErrorShown, headers: dict[str, str]) -> Response:
        body = self.render(ERROR, visit.visitor, shown, {})
        response = self.personal(Encodings(body), visit, shown.status)
        for name in ("Retry-After", "Allow"):
            if name in headers:
                response.headers[name] = headers[name]
        return response


def _language_of(path: str) -> Language:
    for language, prefix in PATH_PREFIXES.items():
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            return language
    return Language.EN


def _without_prefix(path: str, language: Language) -> str:
    return path.removeprefix(PATH_PREFIXES[language]) or "/"


class _OfSite(DependencyProvider):
    site = Site()

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute

    def get_dependency(self, worker_ctx: Any) -> str:
        return str(getattr(self.site, self._attribute))


def site_url() -> str:
    """The site's public address, as an attribute of a class of pages: ``url = site_url()``."""
    return cast(str, _OfSite("url"))


def site_name() -> str:
    """The operator's name of the site, as an attribute of a class of pages."""
    return cast(str, _OfSite("name"))
