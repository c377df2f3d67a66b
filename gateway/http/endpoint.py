"""The endpoint declaration: everything about an HTTP endpoint in one place.

    @endpoint(
        "POST",
        "/api/v1/consultations",
        body=BookConsultation,
        returns=Consultation,
        status=HTTPStatus.CREATED,
        allow=[Role.CLIENT],
        errors=[SlotTaken, SlotNotOffered],
    )
    def book(self, body: BookConsultation) -> Wire[Consultation]:
        \"\"\"Book a free first consultation.\"\"\"
        return self.booking.book_consultation(
            specialist_id=body.specialist_id, starts_at=body.starts_at
        )

Routing, authentication, parsing, problem+json, idempotency keys and the OpenAPI description
follow from it. The method gets the parameters in braces of the path, ``body`` and ``query``; its
result is the answer's JSON.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid4

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, register_entrypoint
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from chassis import context, json
from chassis.context import OUTERMOST_DEADLINE_S, CallContext, Caller
from chassis.errors import (
    DomainError,
    FieldError,
    Invalid,
    Unauthenticated,
    Unavailable,
)
from chassis.http.body import read_body
from chassis.preconditions import etag_of
from chassis.schemas import Reading, load
from contracts.files import File
from gateway.cache import VARY, Cached, Entry, PublicReads, answered, entry_of
from gateway.http import media_types, problems
from gateway.http.authentication import CALLER, Authenticator
from gateway.http.declaration import (
    ANYONE,
    IN_BRACES,
    NO_HEADERS,
    Allowed,
    Anyone,
    Declaration,
    Raw,
)
from gateway.http.encoding import Encodings
from gateway.http.languages import preferred_language, speak
from gateway.http.redirects import Moved, moved_to
from gateway.http.refusal_reports import RefusalReports
from gateway.http.server import ApiServer
from gateway.http.workers import WorkerHandler, authorise
from gateway.specialist_ids import SpecialistId, SpecialistIds

IDEMPOTENCY_KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
LONGEST_KEY = 100
KEY_CHARACTERS = r"^[\x21-\x7e]+$"
KEY_PATTERN = re.compile(KEY_CHARACTERS)
FILE_DEADLINE_S = 60.0
"""For receiving a file: 5 MiB at 700 kbit/s."""

F = TypeVar("F", bound=Callable[..., Any])


class BadIdempotencyKey(Invalid):
    """The Idempotency-Key header must be 1 to 100 visible ASCII characters."""

    code = "bad_idempotency_key"


def endpoint(
    method: str,
    path: str,
    *,
    returns: type | Raw | None,
    body: type | Raw | None = None,
    query: type | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    allow: Allowed = ANYONE,
    errors: Sequence[type[DomainError]] = (),
    repeatable: bool = False,
    kept_s: int = 0,
    headers: Mapping[str, str] = NO_HEADERS,
    cached: Cached | None = None,
    or_nothing: bool = False,
    redirects: bool = False,
    by_language: bool = False,
    versioned: bool = False,
) -> Callable[[F], F]:
    """Declare a method of the gateway as an HTTP endpoint."""
    declaration = Declaration(
        method,
        path,
        returns=returns,
        body=body,
        query=query,
        status=status,
        allow=allow,
        errors=tuple(errors),
        repeatable=repeatable,
        kept_s=kept_s,
        headers=headers,
        cached=cached,
        or_nothing=or_nothing,
        redirects=redirects,
        by_language=by_language,
        versioned=versioned,
    )

    def decorate(handler: F) -> F:
        register_entrypoint(handler, Endpoint(declaration, handler))
        return handler

    return decorate


def declarations_of(service_class: type) -> Iterator[tuple[Declaration, Callable[..., Any]]]:
    """Every declared endpoint of a class with its handler, in the order of paths."""
    handlers = [getattr(service_class, name) for name in dir(service_class)]
    found = [
        (entrypoint.declaration, handler)
        for handler in handlers
        for entrypoint in getattr(handler, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Endpoint)
    ]
    yield from sorted(found, key=lambda each: (each[0].path, each[0].method))


class Endpoint(WorkerHandler):
    """The entrypoint behind ``@endpoint``."""

    server = ApiServer()
    authenticator = Authenticator()
    reads = PublicReads()
    refusals = RefusalReports()
    specialist_ids = SpecialistIds()

    def __init__(self, declaration: Declaration, handler: Callable[..., Any]) -> None:
        super().__init__(declaration.method, declaration.path)
        self.declaration = declaration
        self.handler = handler
        self.of_specialists: list[str] = []
        self.reads_body = isinstance(declaration.body, Raw)

    def get_url_rule(self) -> Rule:
        kinds = self.declaration.path_parameters(self.handler)
        self.of_specialists = [name for name in kinds if kinds[name] is SpecialistId]
        path = IN_BRACES.sub(
            lambda match: f"<{'uuid' if kinds[match[1]] is UUID else 'string'}:{match[1]}>",
            self.declaration.path,
        )
        return Rule(path, methods=[self.declaration.method])

    def handle_request(self, request: Request) -> Response:
        try:
            return self._answer(request, context.current())
        except HTTPException:
            raise  # about the body: the server answers it
        except Moved as moved:
            return moved_to(moved.path)
        except Exception as error:
            caller = request.environ.get(CALLER)
            self.refusals.report(error, caller, self.declaration.method, self.declaration.path)
            return problems.from_error(error)

    def _answer(self, request: Request, call: CallContext) -> Response:
        caller = self._caller(request)
        authorise(caller, self.declaration.allow)
        if self.declaration.body is not None:
            media_types.require(request, self.declaration.body)
        if isinstance(self.declaration.body, Raw):
            read_body(request.environ, self.declaration.body.largest, FILE_DEADLINE_S)
            call = replace(call, deadline=time.time() + OUTERMOST_DEADLINE_S)
        arguments = self._arguments(request)
        if self.declaration.cached is not None:
            return self._kept(self.declaration.cached, request, arguments, call)
        key = self._idempotency_key(request)
        version = request.headers.get(IF_MATCH) if self.declaration.takes_version else None
        call = replace(call, caller=caller, idempotency_key=key, if_match=version)
        result = self.run(arguments, call)
        return self._response(request, result)

    def _caller(self, request: Request) -> Caller:
        """The caller. Where any caller is allowed, a bad token is no obstacle."""
        allow = self.declaration.allow
        if not isinstance(allow, Anyone):
            return self.authenticator.caller_of(request)
        if allow.recognised:
            with contextlib.suppress(Unauthenticated, Unavailable):
                return self.authenticator.caller_of(request)
        return Caller()

    def _response(self, request: Request, result: Any) -> Response:
        declaration = self.declaration
        if declaration.returns is None:
            return Response(status=declaration.status)
        if declaration.or_nothing and _decoded(result) is None:
            return Response(status=HTTPStatus.NO_CONTENT)
        if isinstance(declaration.returns, Raw):
            file = load(File, _decoded(result), Reading.WIRE)
            response = _file_response(file, declaration.returns)
        else:
            response = _json_response(request, json.dumps(result), declaration)
        if declaration.by_language:
            speak(response, preferred_language(request.accept_languages))
        response.headers.update(declaration.headers)
        if declaration.cache_control:
            response.headers["Cache-Control"] = declaration.cache_control
            if declaration.bears_version:
                assert isinstance(declaration.returns, type)
                response.headers["ETag"] = etag_of(declaration.returns, _decoded(result))
            response.add_etag()
            response.make_conditional(request)
        return response

    def _kept(
        self, cached: Cached, request: Request, arguments: dict[str, Any], call: CallContext
    ) -> Response:
        """The answer from the cache, or asked for as an anonymous caller."""

        def ask() -> Any:
            return self.run(arguments, replace(call, caller=Caller()))

        tags = cached.tags(arguments)
        if tags is None:
            result = ask()
            entry = result if isinstance(result, Entry) else entry_of(json.dumps(result))
        else:
            key = (request.environ["PATH_INFO"], request.environ.get("QUERY_STRING", ""))
            entry = self.reads.cache.answer(key, tags, lambda: json.dumps(ask()))
        status, headers, body = answered(entry, cached.control, request.environ)
        return Response(body, status, headers)

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(request.path_values)  # type: ignore[attr-defined]
        for name in self.of_specialists:
            arguments[name] = self.specialist_ids.find(arguments[name])
        if self.declaration.query is not None:
            # a parameter given twice is read as one value, so that neither is preferred
            given = {name: ", ".join(values) for name, values in request.args.lists()}
            arguments["query"] = load(self.declaration.query, given, Reading.QUERY)
        if self.declaration.by_language:
            arguments["language"] = preferred_language(request.accept_languages)
        if isinstance(self.declaration.body, Raw):
            arguments["body"] = media_types.file_of(request, self.declaration.body.types)
        elif self.declaration.body is not None:
            arguments["body"] = load(self.declaration.body, _json_of(request), Reading.BODY)
        return arguments

    def _idempotency_key(self, request: Request) -> str:
        """The client's key, or a new one: inside the platform a call may run twice as well."""
        given = request.headers.get(IDEMPOTENCY_KEY)
        if given is None or not self.declaration.takes_key:
            return uuid4().hex
        if len(given) > LONGEST_KEY or not KEY_PATTERN.fullmatch(given):
            raise BadIdempotencyKey(
                errors=[FieldError(IDEMPOTENCY_KEY, BadIdempotencyKey.sentence(), given[:60])]
            )
        return given


def _decoded(result: Any) -> Any:
    return result.value if isinstance(result, json.Encoded) else result


def _json_response(request: Request, body: bytes, declaration: Declaration) -> Response:
    """Compressed, except where the ETag names a version: one in each coding would be needed.

    Secrets may be among it: a browser sends no token by itself, so a stranger's page can't make
    requests whose lengths would betray them (BREACH).
    """
    response = Response(status=declaration.status, content_type=json.JSON)
    if declaration.bears_version:
        response.data = body
        return response
    accepted = request.headers.get("Accept-Encoding", "")
    coding, response.data = Encodings(body).preferred(accepted)
    response.headers.add(*VARY)
    if coding is not None:
        response.headers["Content-Encoding"] = coding
    return response


def _file_response(file: File, raw: Raw) -> Response:
    response = Response(file.read(), content_type=file.media_type)
    if raw.name:
        response.headers["Content-Disposition"] = f'attachment; filename="{raw.name}"'
    return response


def _json_of(request: Request) -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError as error:
        raise problems.NotJson(f"The body is not JSON: {error}") from None
