"""Documents that the gateway serves itself, without a service: descriptions, scripts, icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from gateway.http import problems
from gateway.http.server import ApiServer

F = TypeVar("F", bound=Callable[..., Response])


class Document(HttpRequestHandler):
    """The entrypoint behind ``@document``. The method gets the request."""

    server = ApiServer()

    def response_from_exception(self, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problems.from_http(error)
        return problems.from_error(error)


def document(path: str) -> Callable[[F], F]:
    """Declare a method of the gateway as the source of a document."""

    def decorate(method: F) -> F:
        register_entrypoint(method, Document("GET", path))
        return method

    return decorate
