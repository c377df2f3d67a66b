"""Entrypoints of pages, one for each language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from chassis import context
from chassis.context import CallContext
from chassis.errors import Unauthenticated, Unavailable
from chassis.schemas import Reading, load, schema_of
from contracts.profiles.preferences import PATH_PREFIXES, Language
from gateway.cache import PUBLIC, Key, Page, PublicReads, answered, page_key
from gateway.http import cookies as names
from gateway.http.declaration import IN_BRACES
from gateway.http.document import Document
from gateway.http.encoding import Encodings
from gateway.http.refusal_reports import RefusalReports
from gateway.http.server import ZONE_PARAMETER, ApiServer
from gateway.http.workers import WorkerHandler, authorise
from gateway.pages.answers import Download, Moved, SeeOther, SessionChange, Shown
from gateway.pages.declaration import PageDeclaration
from gateway.pages.forms import Form
from gateway.pages.site import HEADERS, Site, Visit
from gateway.pages.visitor import Visitor
from gateway.specialist_ids import SpecialistId, SpecialistIds

SIGN_IN = "/sign-in"
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The content policy of files that users uploaded: a file can't act as a page of this site."""


class SiteHandler(WorkerHandler, ABC):
    """Base of the entrypoints behind ``@page`` and ``@form``, one for each language."""

    server = ApiServer()
    site = Site()
    reads = PublicReads()
    refusals = RefusalReports()
    specialist_ids = SpecialistIds()

    def __init__(
        self, declaration: PageDeclaration, handler: Callable[..., Any], language: Language
    ) -> None:
        path = "" if declaration.path == "/" and PATH_PREFIXES[language] else declaration.path
        self.route = PATH_PREFIXES[language] + path
        super().__init__(declaration.method, self.route)
        self.declaration = declaration
        self.handler = handler
        self.language = language
        self._siblings: list[SiteHandler] = []
        self._forms: list[SiteHandler] | None = None
        self.kinds = declaration.path_parameters(handler)

    def get_url_rule(self) -> Rule:
        path = IN_BRACES.sub(
            lambda match: f"<{'uuid' if self.kinds[match[1]] is UUID else 'string'}:{match[1]}>",
            self.route,
        )
        return Rule(path, methods=self.methods(), strict_slashes=False)

    def methods(self) -> list[str]:
        """The HTTP methods of requests that this handler answers."""
        return [self.declaration.method]

    def handle_request(self, request: Request) -> Response:
        visit = self.site.visit(request, self.language)
        if request.path.endswith("/") and request.path != "/":
            to = request.path.rstrip("/") + query_part(visit)
            return Response(
                status=HTTPStatus.PERMANENT_REDIRECT, headers={**HEADERS, "Location": to}
            )
        try:
            self._recognise(visit)
            return self._answer(visit)
        except HTTPException as error:
            return self.site.http_error(visit, error)
        except Exception as error:
            caller = visit.visitor.caller if visit.visitor.is_signed_in else None
            self.refusals.report(error, caller, self.declaration.method, self.declaration.path)
            return self.site.error(visit, error)

    def _recognise(self, visit: Visit) -> None:
        try:
            self.site.recognise(visit)
        except Unavailable:
            if not self.declaration.must_work:
                raise

    @abstractmethod
    def _answer(self, visit: Visit) -> Response: ...

    def arguments(self, visit: Visit) -> dict[str, Any]:
        """The handler's arguments: the parameters of the path, and the visitor."""
        found: dict[str, Any] = dict(visit.request.path_values)  # type: ignore[attr-defined]
        return {**self.found(found), "visitor": visit.visitor}

    def found(self, values: dict[str, Any]) -> dict[str, Any]:
        """The path's parameters, with ids of specialists in place of slugs."""
        return {
            name: self.specialist_ids.find(value) if self.kinds.get(name) is SpecialistId else value
            for name, value in values.items()
        }

    def call_of(self, visit: Visit, key: str | None = None) -> CallContext:
        return replace(
            context.current(), caller=visit.visitor.caller, idempotency_key=key or uuid4().hex
        )

    def conclude(self, visit: Visit, result: Any, template: str = "") -> Response:
        """The answer that a handler's result stands for."""
        if isinstance(result, Moved):
            return self._redirect(visit, result.to, HTTPStatus.MOVED_PERMANENTLY)
        if isinstance(result, Download):
            return self._download(visit, result)
        if isinstance(result, SessionChange):
            self._keep(visit, result)
        if isinstance(result, SeeOther):
            if result.said:
                visit.cookies.set(names.SAID, result.said)
            return self._redirect(visit, result.to, HTTPStatus.SEE_OTHER, result.language)
        if isinstance(result, Shown) and result.page:
            return self.named(result.page).show(visit, result.view, {}, result.status)
        if isinstance(result, Shown):
            return self.show(visit, result.view, {}, result.status, result.template or template)
        return self.show(visit, result, {}, HTTPStatus.OK, template)

    def _download(self, visit: Visit, result: Download) -> Response:
        """A file that no cache stores."""
        file = result.file
        response = Response(file.read(), headers=HEADERS, content_type=file.media_type)
        disposition = "inline" if result.opens else "attachment"
        response.headers["Content-Disposition"] = f'{disposition}; filename="{result.name}"'
        response.headers["Content-Security-Policy"] = FILE_POLICY
        response.headers["Cache-Control"] = "no-store"
        visit.cookies.write(response)
        return response

    def _keep(self, visit: Visit, result: SessionChange) -> None:
        """Sign in or out in this browser."""
        if result.signs_out:
            visit.cookies.sign_out()
        if result.session is not None:
            self.site.signed_in(visit, result.session)
        if result.me is not None:
            visit.cookies.set(names.ME, result.me.to_cookie())
        if result.sign_up:
            visit.cookies.set(names.SIGN_UP, result.sign_up)
        elif result.sign_up is not None:
            visit.cookies.remove(names.SIGN_UP)
        if result.renews:
            self.site.renew(visit)
        elif result.signs_out or result.me is not None:
            self.site.recognise(visit)

    def _redirect(
        self, visit: Visit, to: str, status: HTTPStatus, language: Language | None = None
    ) -> Response:
        """Lead to a page of this site; to the first one where there is no such page."""
        if not self._is_page(to):
            to = "/"
        response = Response(
            status=status, headers={**HEADERS, "Location": visit.visitor.to(to, language)}
        )
        response.headers["Cache-Control"] = "no-store"
        visit.cookies.write(response)
        return response

    def _is_page(self, to: str) -> bool:
        """Whether a page of this site has this address, which may come from a visitor."""
        found = self.server.handler_of("GET", to.partition("?")[0].partition("#")[0])
        is_own = found is not None and isinstance(found[0], SiteHandler | Document)
        return is_own and to.isprintable()

    def show(
        self,
        visit: Visit,
        view: Any,
        forms: dict[str, Form],
        status: HTTPStatus,
        template: str = "",
    ) -> Response:
        body = self.site.render(
            template or self.declaration.template,
            visit.visitor,
            view,
            {**self.forms_of(visit), **forms},
            indexed=self.declaration.indexed,
        )
        return self.site.personal(Encodings(body), visit, status, secret=self.declaration.secret)

    def forms_of(self, visit: Visit) -> dict[str, Form]:
        """The forms on the page, empty, by their handlers' names."""
        return {
            each.method_name: Form(
                each.method_name,
                each.path_for(visit),
                each.declaration.body,
                uploads=each.declaration.upload is not None,
                carried=visit.carried,
            )
            for each in self._handlers_of_forms()
        }

    def _handlers_of_forms(self) -> list[SiteHandler]:
        """The handlers of the forms on the page."""
        if self._forms is None:
            self._forms = [
                each for each in self.siblings() if each.declaration.again == self.method_name
            ]
        return self._forms

    def path_for(self, visit: Visit) -> str:
        """The path that this form is sent to from the visited page, with the page's query."""
        return visit.visitor.to(self.path_of(visit)) + query_part(visit)

    def path_of(self, visit: Visit) -> str:
        """This page's or form's path without the language's prefix, with the parameters of the
        visited path."""
        values = getattr(visit.request, "path_values", {})
        return IN_BRACES.sub(lambda match: str(values.get(match[1], "")), self.declaration.path)

    def siblings(self) -> list[SiteHandler]:
        """All handlers of pages and forms in this language."""
        if not self._siblings:  # nameko reads every property of an extension before all exist
            self._siblings = [
                each
                for each in self.server.handlers()
                if isinstance(each, SiteHandler) and each.language is self.language
            ]
        return self._siblings

    def named(self, name: str) -> PageHandler:
        """The page whose method has this name."""
        return next(
            each
            for each in self.siblings()
            if isinstance(each, PageHandler) and each.method_name == name
        )


class PageHandler(SiteHandler):
    def setup(self) -> None:
        super().setup()
        if self.declaration.featured:
            self.server.featured_on[self.route] = self.declaration.featured

    def _answer(self, visit: Visit) -> Response:
        allowed = self._admit(visit)
        if allowed is not None:
            return allowed
        arguments = self._arguments(visit)
        if self.declaration.cached is not None:
            tags = self.declaration.cached.tags(arguments)
            if tags is not None:
                return self._kept(visit, arguments, tags)
        result = self.run(arguments, self.call_of(visit))
        is_shared = self.declaration.rendered_once and not visit.cookies.are_personal
        if is_shared and not isinstance(result, Moved | SeeOther | Shown):
            return self._rendered_once(visit, result)
        return self.conclude(visit, result)

    def _rendered_once(self, visit: Visit, view: Any) -> Response:
        """The page as it was rendered for the last anonymous visitor, where it would be again."""
        shared = visit.visitor.anonymous()
        key = page_key(f"rendered:{visit.request.path}", shared.query, shared.chosen_zone or "", "")
        entry = self.reads.cache.put(key, self._rendered(key, shared, view))
        return self.site.personal(entry.encodings, visit, HTTPStatus.OK)

    def _rendered(self, key: Key, shared: Visitor, view: Any) -> Page:
        """The page as it is cached, where rendering this view would give the same."""
        before = self.reads.cache.stored(key)
        if before is not None and before.value.still_shows(view):
            kept: Page = before.value
            return kept
        body = self.site.render(
            self.declaration.template, shared, view, {}, indexed=self.declaration.indexed
        )
        return Page(view, shared.language, body)

    def _admit(self, visit: Visit) -> Response | None:
        """Where to sign in, if the page is not for anonymous visitors."""
        try:
            authorise(visit.visitor.caller, self.declaration.allow)
        except Unauthenticated:
            next_page = urlencode({"next": visit.visitor.path + query_part(visit)})
            return self.conclude(visit, SeeOther(to=f"{SIGN_IN}?{next_page}"))
        return None

    def _arguments(self, visit: Visit) -> dict[str, Any]:
        arguments = self.arguments(visit)
        shape = self.declaration.query
        if shape is not None:
            arguments["query"] = load(shape, _query_of(visit.request, shape), Reading.QUERY)
        return arguments

    def _kept(self, visit: Visit, arguments: dict[str, Any], tags: Any) -> Response:
        """The page from the cache: its bytes for anonymous visitors, its view in a shell of their
        own for others."""
        shared = visit.visitor.anonymous()

        def ask() -> Any:
            view = self.run(
                {**arguments, "visitor": shared},
                replace(context.current(), caller=shared.caller, idempotency_key=None),
            )
            if isinstance(view, Moved | SeeOther | Shown):
                raise _Instead(view)
            return self._rendered(key, shared, view)

        environ = visit.request.environ
        key = page_key(
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            shared.chosen_zone or "",
            shared.sight.token if shared.sight else "",
        )
        try:
            entry = self.reads.cache.answer(key, tags, ask)
        except _Instead as instead:
            return self.conclude(visit, instead.result)
        if shared.sight is not None:
            self.server.featured.exposures.shown(shared.sight.ids)
        if visit.cookies.are_personal:
            return self.show(visit, entry.value.view, {}, HTTPStatus.OK)
        status, headers, body = answered(entry, PUBLIC, environ)
        return Response(body, status, [*headers, *HEADERS.items()])

    def again(
        self, visit: Visit, values: dict[str, Any], forms: dict[str, Form], status: HTTPStatus
    ) -> Response:
        """The page with a form as it was sent."""
        visit.request.path_values = values  # type: ignore[attr-defined]
        authorise(visit.visitor.caller, self.declaration.allow)
        result = self.run(self._arguments(visit), self.call_of(visit))
        if isinstance(result, Moved | SeeOther):
            return self.conclude(visit, result)
        view = result.view if isinstance(result, Shown) else result
        return self.show(visit, view, forms, status)


class _Instead(Exception):
    """The handler's result is no view: it answers this request only, and is not cached."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def query_part(visit: Visit) -> str:
    """The visited address from its question mark on."""
    return f"?{visit.visitor.query}" if visit.visitor.query else ""


def _query_of(request: Request, shape: type) -> dict[str, str]:
    """The parameters that the shape has. Others are ignored: links collect them on their way."""
    known = {each.data_key or name for name, each in schema_of(shape, Reading.QUERY).fields.items()}
    given = {
        name: ",".join(each for each in values if each.strip())
        for name, values in request.args.lists()
        if name in known and name != ZONE_PARAMETER
    }
    return {name: value for name, value in given.items() if value}
