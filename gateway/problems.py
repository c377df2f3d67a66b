"""Refusals as ``application/problem+json`` (RFC 9457), and the only table of HTTP statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

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
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = "2"

log = structlog.get_logger()


class NotJson(Invalid):
    """The body is not JSON."""

    code = "not_json"


class WrongMediaType(Invalid):
    """The body is of a kind that is not taken here: see Content-Type."""

    code = "unsupported_media_type"


STATUSES: dict[type[DomainError], HTTPStatus] = {
    NotJson: HTTPStatus.BAD_REQUEST,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

SENTENCES: dict[HTTPStatus, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path takes other methods: see Allow.",
}

HEADERS: dict[HTTPStatus, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": RETRY_AFTER_S},
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What went wrong, for programs (`code`) and people (`detail`)."""

    type: str
    title: str
    status: int
    code: Annotated[str, Doc("Stable; what programs should look at.")]
    detail: str
    errors: Annotated[list[FieldError], Doc("Each field that was refused, and why.")] = field(
        default_factory=list
    )


def status_of(refusal: type[DomainError]) -> HTTPStatus:
    return next(STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES)


def from_error(error: Exception) -> Response:
    """The answer to a request that failed. What is not a refusal shows nothing of itself."""
    if isinstance(error, DomainError):
        response = _response(status_of(type(error)), error.code, error.detail, error.errors)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    log.error("request_failed", exc_info=error)
    return _response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something went wrong here. The correlation id finds it in the logs.",
    )


def from_http(error: HTTPException) -> Response:
    """The answer to what no endpoint takes: unknown paths, wrong methods, too much of anything."""
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
    status: HTTPStatus, code: str, detail: str, errors: Sequence[FieldError] = ()
) -> Response:
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        code=code,
        detail=detail,
        errors=list(errors),
    )
    return Response(json.dumps(problem), status, HEADERS.get(status, {}), content_type=PROBLEM_JSON)
