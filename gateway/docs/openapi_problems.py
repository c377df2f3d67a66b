"""The refusals of each operation: one problem shape and one enum of codes for each.

A client finds every ``code`` of an operation in one enum, for all statuses:
``BookConsultationProblemCode``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
    RequestTimeout,
    RequestURITooLarge,
)

from chassis.database.refusals import DatabaseAway, Erased
from chassis.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from chassis.http.connection import LONGEST_REQUEST_LINE
from chassis.http.server import BODY_DEADLINE_S, LARGEST_BODY
from chassis.idempotency.keys import KeyReused
from chassis.preconditions import Stale
from chassis.schemas import ENUM
from gateway.http.declaration import Anyone, Declaration, Raw, SignedIn
from gateway.http.endpoint import FILE_DEADLINE_S, BadIdempotencyKey
from gateway.http.media_types import EncodedBody, WrongMediaType
from gateway.http.problems import PROBLEM_JSON, NotJson, http_code, status_of
from gateway.http.revocation import BadToken, TokenRevoked

ANY_PROBLEM = "#/components/schemas/Problem"
TOO_LONG = f"The request line is over {LONGEST_REQUEST_LINE} bytes."

Handler = Callable[..., Any]


def sentences_of(declaration: Declaration, handler: Handler) -> dict[HTTPStatus, dict[str, str]]:
    """What each code means, by the status it comes with."""
    found: dict[HTTPStatus, dict[str, str]] = defaultdict(dict)
    for refusal in _refusals(declaration, handler):
        found[status_of(refusal)][refusal.code] = refusal.sentence()
    for error, sentence in _limits(declaration.body).items():
        found[HTTPStatus(error.code or 500)][http_code(error)] = sentence
    return dict(sorted(found.items()))


def response(sentences: Mapping[str, str], operation_id: str) -> dict[str, Any]:
    """The answer with a problem that has one of these codes."""
    schema = {"$ref": f"#/components/schemas/{_name(operation_id)}"}
    return {
        "description": "\n".join(f"- `{code}`: {said}" for code, said in sentences.items()),
        "content": {PROBLEM_JSON: {"schema": schema}},
    }


def add_problem(spec: APISpec, declaration: Declaration, handler: Handler) -> None:
    """Describe the problem that an operation may answer, with all its codes."""
    name = _name(handler.__name__)
    by_status = sentences_of(declaration, handler).values()
    codes = sorted(code for sentences in by_status for code in sentences)
    members = {
        name: schema
        for refusal in _refusals(declaration, handler)
        for name, schema in _members(refusal).items()
    }
    code = {"type": "string", "enum": codes, ENUM: f"{name}Code"}
    own = {"type": "object", "required": ["code"], "properties": {"code": code, **members}}
    spec.components.schema(name, {"allOf": [{"$ref": ANY_PROBLEM}, own]})


def _name(operation_id: str) -> str:
    """``book_consultation``: ``BookConsultationProblem``."""
    return "".join(word.capitalize() for word in operation_id.split("_")) + "Problem"


def _members(refusal: type[DomainError]) -> dict[str, Any]:
    """Additional members of this kind of problem."""
    about = f"With `{refusal.code}`."
    ids = {
        name: {"type": "string", "format": "uuid", "description": about}
        for name in refusal.member_ids
    }
    texts = {name: {"type": "string", "description": about} for name in refusal.member_texts}
    return ids | texts


def _limits(body: type | Raw | None) -> dict[type[HTTPException], str]:
    """Refusals of the server itself, for any request and for one with such a body."""
    too_long: dict[type[HTTPException], str] = {RequestURITooLarge: TOO_LONG}
    if body is None:
        return too_long
    raw = isinstance(body, Raw)
    largest = body.largest if isinstance(body, Raw) else LARGEST_BODY
    deadline = FILE_DEADLINE_S if raw else BODY_DEADLINE_S
    return too_long | {
        RequestTimeout: f"The body did not come within {deadline:.0f} seconds.",
        RequestEntityTooLarge: f"The body is over {largest} bytes.",
    }


def _refusals(declaration: Declaration, handler: Handler) -> Iterable[type[DomainError]]:
    """An operation's own refusals, and those that follow from its declaration."""
    yield from declaration.errors
    yield from (Unavailable, DatabaseAway)
    if declaration.body is not None:
        yield from (WrongMediaType, EncodedBody)
        if not isinstance(declaration.body, Raw):
            yield NotJson
    has_text_in_path = str in declaration.path_parameters(handler).values()
    if declaration.body is not None or declaration.query is not None or has_text_in_path:
        yield Invalid
    if declaration.takes_version:
        yield Stale
    if declaration.takes_key:
        yield from (BadIdempotencyKey, KeyReused)
    if not isinstance(declaration.allow, Anyone):
        yield from (Unauthenticated, BadToken, TokenRevoked, Erased)
    if not isinstance(declaration.allow, Anyone | SignedIn):
        yield Forbidden
    if "{" in declaration.path and NotFound not in declaration.errors:
        yield NotFound
