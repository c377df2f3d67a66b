"""The declaration of an endpoint whose answer is a stream of live updates.

    @live_endpoint("/api/v1/notifications/stream")
    def stream_notices(self) -> None:
        \"\"\"Live updates: an event for each new notice.\"\"\"

It identifies the caller by the access token. No worker runs the method: its docstring describes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nameko.extensions import register_entrypoint
from werkzeug.wrappers import Request, Response

from chassis.context import CallContext
from contracts.notifications import LiveUpdate
from gateway.http.declaration import SIGNED_IN, Declaration, Events
from gateway.http.endpoint import Endpoint
from gateway.live.live import BadLastEventId, Live
from gateway.live.streams import StreamsFull, TooManyStreams

F = TypeVar("F", bound=Callable[..., Any])


def live_endpoint(path: str) -> Callable[[F], F]:
    """Declare a method of the gateway as a stream for everyone who is signed in."""
    declaration = Declaration(
        "GET",
        path,
        returns=Events(LiveUpdate),
        allow=SIGNED_IN,
        errors=(BadLastEventId, TooManyStreams, StreamsFull),
    )

    def decorate(handler: F) -> F:
        register_entrypoint(handler, LiveEndpoint(declaration, handler))
        return handler

    return decorate


class LiveEndpoint(Endpoint):
    """The entrypoint behind ``@live_endpoint``."""

    live = Live()

    def _answer(self, request: Request, call: CallContext) -> Response:
        return self.live.answer(request, self.authenticator.caller_of(request))
