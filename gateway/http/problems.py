"""Refusals as ``application/problem+json`` (RFC 9457), and the only table of HTTP statuses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any

import structlog
from annotated_doc import Doc
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from chassis import json
from chassis.errors import (
    Conflict,
    DomainError,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from chassis.preconditions import Stale
from gateway.http.media_types import EncodedBody, WrongMediaType
from gateway.http.revocation import BadToken

PROBLEM_JSON = "application/problem+json"
CHALLENGE = 'Bearer realm="Firststep"'
NO_MEMBERS: Mapping[str, Any] = MappingProxyType({})
NOT_IN_A_CHALLENGE = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")

log = structlog.get_logger()


class NotJson(Invalid):
    """The body is not JSON."""

    code = "not_json"


STATUSES: dict[type[DomainError], HTTPStatus] = {
    NotJson: HTTPStatus.BAD_REQUEST,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Gone: HTTPStatus.GONE,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

SENTENCES: dict[HTTPStatus, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path takes other methods: see Allow.",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What went wrong, for programs (`code`) and people (`detail`)."""

    type: str
    title: str
    status: int
    code: Annotated[str, Doc("Stable; for programs.")]
    detail: str
    errors: Annotated[list[FieldError], Doc("Each field that was refused, and why.")] = field(
        default_factory=list
    )


def status_of(refusal: type[DomainError]) -> HTTPStatus:
    return next(STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES)


def from_error(error: Exception) -> Response:
    """The answer to a failed request. An error that is not a refusal shows no detail of itself."""
    if isinstance(error, DomainError):
        status = status_of(type(error))
        response = _response(status, error.code, error.detail, error.errors, error.members())
        response.headers.update(_headers_of(error))
        return response
    log.error("request_failed", exc_info=error)
    return _response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something went wrong here. The correlation id finds it in the logs.",
    )


def _headers_of(error: DomainError) -> dict[str, str]:
    if isinstance(error, TooMany | Unavailable) and error.retry_after_s:
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, Stale):
        return {"ETag": error.etag} if error.etag else {}
    if isinstance(error, EncodedBody):
        return {"Accept-Encoding": "identity"}
    challenge = _challenge_of(error)
    return {"WWW-Authenticate": challenge} if challenge else {}


def _challenge_of(error: DomainError) -> str:
    """RFC 6750, section 3: no ``error`` for a request without a token, so that programs can tell
    an invalid token from a missing one."""
    if isinstance(error, BadToken):
        return f"{CHALLENGE}, {_challenge_error('invalid_token', error.detail)}"
    if isinstance(error, Unauthenticated):
        return CHALLENGE
    if isinstance(error, Forbidden) and error.code == Forbidden.code:
        return f"{CHALLENGE}, {_challenge_error('insufficient_scope', error.detail)}"
    return ""


def _challenge_error(error: str, detail: str) -> str:
    return f'error="{error}", error_description="{NOT_IN_A_CHALLENGE.sub("?", detail)}"'


def from_http(error: HTTPException) -> Response:
    """The answer to a request that no endpoint takes: unknown path, wrong method, too large."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = SENTENCES.get(status) or error.description or status.phrase
    response = _response(status, http_code(error), detail)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def http_code(error: HTTPException | type[HTTPException]) -> str:
    """Its ``code``, by werkzeug's names: Python's phrases differ from version to version."""
    return HTTP_STATUS_CODES[error.code or 500].lower().replace(" ", "_")


def _response(
    status: HTTPStatus,
    code: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    members: Mapping[str, Any] = NO_MEMBERS,
) -> Response:
    """``members``: additional members of this kind of problem (RFC 9457, section 3.2)."""
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        code=code,
        detail=detail,
        errors=list(errors),
    )
    body = json.dumps({**vars(problem), **members})
    return Response(body, status, content_type=PROBLEM_JSON)
