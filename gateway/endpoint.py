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
    def book(self, body: BookConsultation) -> Any:
        \"\"\"Book a free first consultation.\"\"\"
        return self.booking.book_consultation(**vars(body))

Routing, authentication, parsing, problem+json, idempotency keys and the OpenAPI description
follow from it. The method gets what stands in braces in the path, ``body`` and ``query``; what it
returns is the answer's JSON.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid4

import eventlet
from eventlet.event import Event as GreenEvent
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from chassis import context, json
from chassis.context import CallContext, Caller
from chassis.errors import DomainError, FieldError, Forbidden, Invalid, Unavailable
from chassis.schemas import Reading, load
from gateway import problems
from gateway.authentication import Authenticator
from gateway.cache import Cached, Entry, PublicReads, answered, entry_of
from gateway.server import ApiServer

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_PATTERN = re.compile(r"[\x21-\x7e]{1,100}")
IN_BRACES = re.compile(r"{(\w+)}")

F = TypeVar("F", bound=Callable[..., Any])


class BadIdempotencyKey(Invalid):
    """The Idempotency-Key header must be 1 to 100 visible ASCII characters."""

    code = "bad_idempotency_key"


@dataclass(frozen=True)
class Anyone:
    """Signed in or not."""


@dataclass(frozen=True)
class SignedIn:
    """Any account."""


ANYONE, SIGNED_IN = Anyone(), SignedIn()
Allowed = Anyone | SignedIn | Sequence[str]


@dataclass(frozen=True)
class Declaration:
    """What the decorator states. ``body``, ``query`` and ``returns`` are contracts' dataclasses;
    ``errors`` are the refusals of its own, beside those that follow from the rest; ``cached``
    says how answers may be kept, where they are the same for everybody."""

    method: str
    path: str
    returns: type | None
    body: type | None = None
    query: type | None = None
    status: HTTPStatus = HTTPStatus.OK
    allow: Allowed = ANYONE
    errors: tuple[type[DomainError], ...] = ()
    cached: Cached | None = None

    @property
    def creates(self) -> bool:
        return self.method == "POST" and self.status == HTTPStatus.CREATED

    def path_parameters(self, handler: Callable[..., Any]) -> dict[str, type]:
        hints = typing.get_type_hints(handler)
        return {name: hints[name] for name in IN_BRACES.findall(self.path)}


def endpoint(
    method: str,
    path: str,
    *,
    returns: type | None,
    body: type | None = None,
    query: type | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    allow: Allowed = ANYONE,
    errors: Sequence[type[DomainError]] = (),
    cached: Cached | None = None,
) -> Callable[[F], F]:
    """Declare a method of the gateway as an HTTP endpoint."""
    declaration = Declaration(
        method, path, returns, body, query, status, allow, tuple(errors), cached
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


class Endpoint(HttpRequestHandler):
    """The entrypoint behind ``@endpoint``."""

    server = ApiServer()
    authenticator = Authenticator()
    reads = PublicReads()

    def __init__(self, declaration: Declaration, handler: Callable[..., Any]) -> None:
        super().__init__(declaration.method, declaration.path)
        self.declaration = declaration
        self.handler = handler

    def get_url_rule(self) -> Rule:
        kinds = self.declaration.path_parameters(self.handler)
        path = IN_BRACES.sub(
            lambda match: f"<{'uuid' if kinds[match[1]] is UUID else 'string'}:{match[1]}>",
            self.declaration.path,
        )
        return Rule(path, methods=[self.declaration.method])

    def handle_request(self, request: Request) -> Response:
        try:
            return self._answer(request, context.current())
        except Exception as error:
            return problems.from_error(error)

    def _answer(self, request: Request, call: CallContext) -> Response:
        caller = self.authenticator.caller_of(request)
        _authorise(caller, self.declaration.allow)
        arguments = self._arguments(request)
        if self.declaration.cached is not None:
            return self._kept(self.declaration.cached, request, arguments, call)
        key = self._idempotency_key(request)
        result = self._run(arguments, replace(call, caller=caller, idempotency_key=key))
        if self.declaration.returns is None:
            return Response(status=self.declaration.status)
        return Response(json.dumps(result), self.declaration.status, content_type=json.JSON)

    def _kept(
        self, cached: Cached, request: Request, arguments: dict[str, Any], call: CallContext
    ) -> Response:
        """The answer out of the cache, or as nobody in particular gets it."""

        def ask() -> Any:
            return self._run(arguments, replace(call, caller=Caller()))

        tags = cached.tags(arguments)
        if tags is None:
            result = ask()
            entry = result if isinstance(result, Entry) else entry_of(json.dumps(result))
        else:
            key = (request.environ["PATH_INFO"], request.environ.get("QUERY_STRING", ""))
            entry = self.reads.cache.answer(key, tags, lambda: json.dumps(ask()))
        known = request.headers.get("If-None-Match")
        status, headers, body = answered(entry, cached.control, known)
        return Response(body, status, headers)

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(request.path_values)  # type: ignore[attr-defined]
        if self.declaration.query is not None:
            # of what was given twice none is preferred: both are read as one value
            given = {name: ", ".join(values) for name, values in request.args.lists()}
            arguments["query"] = load(self.declaration.query, given, Reading.QUERY)
        if self.declaration.body is not None:
            arguments["body"] = load(self.declaration.body, _json_of(request), Reading.BODY)
        return arguments

    def _idempotency_key(self, request: Request) -> str:
        """The client's, or one of our own: inside the platform a call may run twice as well."""
        given = request.headers.get(IDEMPOTENCY_KEY)
        if given is None or not self.declaration.creates:
            return uuid4().hex
        if not KEY_PATTERN.fullmatch(given):
            raise BadIdempotencyKey(
                errors=[FieldError(IDEMPOTENCY_KEY, BadIdempotencyKey.sentence(), given[:60])]
            )
        return given

    def _run(self, arguments: dict[str, Any], call: CallContext) -> Any:
        done = GreenEvent()

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is None:
                done.send(result)
            else:
                done.send_exception(exc_info[1])
            return result, exc_info

        remaining = max(0.001, call.remaining())
        with eventlet.Timeout(remaining, Unavailable("no answer within the deadline")):
            self.container.spawn_worker(
                self, (), arguments, context_data=call.to_headers(), handle_result=handle_result
            )
            return done.wait()


def _authorise(caller: Caller, allow: Allowed) -> None:
    if isinstance(allow, Anyone):
        return
    caller.known()
    if not isinstance(allow, SignedIn) and not caller.roles.intersection(allow):
        raise Forbidden(f"this needs the role {' or '.join(allow)}")


def _json_of(request: Request) -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError as error:
        raise problems.NotJson(f"The body is not JSON: {error}") from None
