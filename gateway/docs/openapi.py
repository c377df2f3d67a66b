"""The OpenAPI 3.1 description, derived from the endpoint declarations."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from uuid import UUID

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from chassis.http.connection import LONGEST_REQUEST_LINE
from chassis.http.event_stream import EVENT_STREAM, LAST_EVENT_ID
from chassis.http.server import TRY_AGAIN
from chassis.json import JSON
from chassis.schemas import Reading, schema_of
from gateway.docs import openapi_problems, openapi_schemas
from gateway.docs.openapi_examples import add_examples
from gateway.http.declaration import Anyone, Declaration, Events, Raw, SignedIn
from gateway.http.endpoint import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    KEY_CHARACTERS,
    LONGEST_KEY,
    declarations_of,
)
from gateway.http.media_types import FORM, PART
from gateway.http.problems import Problem
from gateway.specialist_ids import SpecialistId

DESCRIPTION = """
The platform behind a marketplace of free first consultations: 30 minutes, free of charge and
without any obligation.

Times are RFC 3339 in UTC, ids are UUIDv7, lists are cursor pages (`items`, `next`). Errors are
RFC 9457 problems with a stable `code`. A POST that creates takes an `Idempotency-Key`, and so
does one that changes a consultation: a repetition with the same key has no second effect and gets
the first answer. Answers that a client may store have a strong `ETag`: send it in `If-None-Match`,
and 304 means that nothing has changed. Answers without an `ETag` must not be stored, such as a new
visitor's `/featured`, which differs for each visitor.

A problem's `errors` name each field by its path: `hours.0.starts` is `starts` of the first of
`hours`. Its texts are English, or German where `Accept-Language` prefers it; programs look at
`code`.

Your profile, availability and licence, and the manuscripts of editors, have an `ETag`, too: send it
in `If-Match` when you change them. 412 with the present `ETag` means that another change came
first. Derived values, such as `next_slot_at`, do not change it.

Where any caller is allowed, an expired or malformed access token is ignored. JSON bodies are
`application/json` in UTF-8, without `Content-Encoding`.
"""


CAPITAL = re.compile(r"(?<!^)[A-Z]")

RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "schema": {"type": "integer"},
}

TOO_LONG = f"The request line is over {LONGEST_REQUEST_LINE} bytes."


def describe(service_class: type) -> dict[str, Any]:
    """The document for every endpoint that the class declares."""
    spec = APISpec(
        title="Firststep",
        version=version("firststep"),
        openapi_version="3.1.0",
        info={
            "description": DESCRIPTION.strip(),
            "contact": openapi_schemas.CONTACT,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/", "description": "The platform that serves this document."}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)],
    )
    spec.components.security_scheme(
        "accessToken", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    spec.components.schema("Problem", schema=schema_of(Problem, Reading.WIRE))
    for declaration, handler in declarations_of(service_class):
        operation = _operation(declaration, handler)
        spec.path(declaration.path, operations={declaration.method.lower(): operation})
        openapi_problems.add_problem(spec, declaration, handler)
    document: dict[str, Any] = spec.to_dict()
    document["tags"] = _tags(service_class)
    openapi_schemas.say_what_may_be_left_out(document)
    document = openapi_schemas.with_named_enums(document)
    add_examples(document)
    return document


def _schema_name(schema: Any) -> str:
    """Requests refuse unknown fields and answers may gain some, so a shape may be described
    twice."""
    kind: Any = schema if isinstance(schema, type) else type(schema)
    return f"{kind.__name__}Request" if kind.reading is Reading.BODY else str(kind.__name__)


def _operation(declaration: Declaration, handler: Callable[..., Any]) -> dict[str, Any]:
    summary, *more = [" ".join(each.split()) for each in (handler.__doc__ or "").split("\n\n")]
    operation: dict[str, Any] = {
        "operationId": handler.__name__,
        "summary": summary,
        "tags": [_tag(handler)],
        "parameters": list(_parameters(declaration, handler)),
        "responses": _responses(declaration, handler),
    }
    if declaration.body is not None:
        operation["requestBody"] = _request_body(declaration.body)
    operation["security"] = _security(declaration)
    operation["description"] = "\n\n".join([*more, _allowed(declaration)])
    return operation


def _allowed(declaration: Declaration) -> str:
    if isinstance(declaration.allow, Anyone):
        return "For anyone."
    if isinstance(declaration.allow, SignedIn):
        return "For everyone who is signed in."
    return f"For: {', '.join(declaration.allow)}."


def _security(declaration: Declaration) -> list[dict[str, Any]]:
    """The alternatives: none for an open endpoint, ``{}`` where a token is optional."""
    token: dict[str, Any] = {"accessToken": []}
    if isinstance(declaration.allow, Anyone):
        return [{}, token] if declaration.allow.recognised else []
    return [token]


def _tag(handler: Callable[..., Any]) -> str:
    """The tag of an endpoint: the part of the API that declares it, as ``Second factors``."""
    part = handler.__qualname__.split(".")[0].removesuffix("Api")
    return CAPITAL.sub(lambda match: f" {match[0].lower()}", part).strip().capitalize()


def _tags(service_class: type) -> list[dict[str, str]]:
    """Tags with their descriptions, in the order of the gateway's parts."""
    order = [each.__name__ for each in service_class.__mro__]
    handlers = [handler for _, handler in declarations_of(service_class)]
    handlers.sort(key=lambda each: order.index(each.__qualname__.split(".")[0]))
    modules = {_tag(each): sys.modules[each.__module__] for each in handlers}
    return [
        {"name": tag, "description": (module.__doc__ or "").strip().split("\n\n")[0]}
        for tag, module in modules.items()
    ]


def _parameters(declaration: Declaration, handler: Callable[..., Any]) -> Iterable[dict[str, Any]]:
    for name, kind in declaration.path_parameters(handler).items():
        shape = {"type": "string", "format": "uuid"} if kind is UUID else {"type": "string"}
        parameter = {"in": "path", "name": name, "required": True, "schema": shape}
        if kind is SpecialistId:
            parameter["description"] = "The id, the slug, or a slug that it had before."
        yield parameter
    if declaration.query is not None:
        yield {"in": "query", "schema": schema_of(declaration.query, Reading.QUERY)}
    if declaration.cache_control:
        yield {
            "in": "header",
            "name": "If-None-Match",
            "schema": {"type": "string"},
            "description": "The `ETag` of an answer at hand: 304 where it is still the same.",
        }
    if isinstance(declaration.returns, Events):
        yield {
            "in": "header",
            "name": LAST_EVENT_ID,
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
            "description": "The id of the last event that you got: the stream goes on after it.",
        }
    if declaration.by_language:
        yield {
            "in": "header",
            "name": "Accept-Language",
            "schema": {"type": "string"},
            "description": "RFC 9110: the languages that you prefer, such as `de-AT, en;q=0.5`.",
        }
    if declaration.takes_version:
        yield {
            "in": "header",
            "name": IF_MATCH,
            "schema": {"type": "string"},
            "description": "The `ETag` of the version that you have read: 412 where it was changed "
            "since. Without it, the last writer wins.",
        }
    if declaration.takes_key:
        yield {
            "in": "header",
            "name": IDEMPOTENCY_KEY,
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_KEY,
                "pattern": KEY_CHARACTERS,
            },
            "description": "The same key again: no second effect, the first answer.",
        }


def _responses(declaration: Declaration, handler: Callable[..., Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": declaration.status.phrase}
    if declaration.returns is not None:
        success["content"] = _content(declaration.returns, Reading.WIRE)
    responses = {str(int(declaration.status)): success}
    if declaration.or_nothing:
        responses["204"] = {"description": HTTPStatus.NO_CONTENT.phrase}
    if declaration.redirects:
        responses["301"] = {
            "description": HTTPStatus.MOVED_PERMANENTLY.phrase,
            "headers": {"Location": _header("The present address.")},
        }
    if declaration.cache_control:
        success["headers"] = {
            "ETag": _header("Strong; names just these bytes."),
            "Cache-Control": _header(f"`{declaration.cache_control}`"),
        }
        responses["304"] = {
            "description": HTTPStatus.NOT_MODIFIED.phrase,
            "headers": success["headers"],
        }
    for status, sentences in openapi_problems.sentences_of(declaration, handler).items():
        response: dict[str, Any] = openapi_problems.response(sentences, handler.__name__)
        if status is HTTPStatus.PRECONDITION_FAILED:
            response["headers"] = {"ETag": _header("Of the present version.")}
        if status in TRY_AGAIN:
            response["headers"] = {"Retry-After": RETRY_AFTER}
        responses[str(int(status))] = response
    return responses


def _request_body(body: type | Raw) -> dict[str, Any]:
    """JSON, or a form with one file: generators of clients know no other types of bodies."""
    if not isinstance(body, Raw):
        return {"required": True, "content": _content(body, Reading.BODY)}
    types = ", ".join(body.types)
    form = {
        "schema": {
            "type": "object",
            "required": [PART],
            "properties": {PART: {"type": "string", "format": "binary"}},
        },
        "encoding": {PART: {"contentType": types}},
    }
    return {
        "required": True,
        "description": f"One file of these types: {types}. Its bytes may also be the body itself, "
        "with their type as `Content-Type`.",
        "content": {FORM: form},
    }


def _content(shape: type | Raw | Events, reading: Reading) -> dict[str, Any]:
    if isinstance(shape, Events):
        return {EVENT_STREAM: {"schema": {"contentMediaType": EVENT_STREAM}}}
    if isinstance(shape, Raw):
        return {kind: {"schema": {"contentMediaType": kind}} for kind in shape.types}
    return {JSON: {"schema": schema_of(shape, reading)}}


def _header(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "schema": {"type": "string"}}
