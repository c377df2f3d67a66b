"""Live updates of pages: the same stream as the API's, for the session in the cookies."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from contracts.profiles.preferences import Language
from gateway.http import problems
from gateway.http.server import ApiServer
from gateway.live.live import Live
from gateway.pages.site import Site, Visit

F = TypeVar("F", bound=Callable[..., Any])


class LiveHandler(HttpRequestHandler):
    """Answers outside of the workers. Without a session, 204: the browser asks no more."""

    server = ApiServer()
    site = Site()
    live = Live()

    def handle_request(self, request: Request) -> Response:
        visit = self.site.visit(request, Language.EN)
        try:
            self.site.recognise(visit)
            response = self._answer(visit)
        except Exception as error:
            response = problems.from_error(error)
        visit.cookies.write(response)
        return response

    def _answer(self, visit: Visit) -> Response:
        if not visit.visitor.is_signed_in:
            return Response(status=HTTPStatus.NO_CONTENT)
        return self.live.answer(visit.request, visit.visitor.caller)


def live(path: str) -> Callable[[F], F]:
    """Declare a method of the gateway as the stream of the pages; no worker runs it."""

    def decorate(method: F) -> F:
        register_entrypoint(method, LiveHandler("GET", path))
        return method

    return decorate


class LivePages:
    @live("/live")
    def live_updates(self) -> None:
        """How many notices are unread, while a page is open."""
