"""The gateway's HTTP server: the chassis's, refusing in problem+json."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from chassis.http import WebServer
from gateway import problems


class ApiServer(WebServer):
    def refusal(self, request: Request, error: HTTPException) -> Response:
        return problems.from_http(error)
