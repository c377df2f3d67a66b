"""Handlers of HTTP requests that run a method of the gateway in a worker."""

from __future__ import annotations

from typing import Any

from nameko.web.handlers import HttpRequestHandler

from chassis.concurrency.futures import Future
from chassis.concurrency.limits import time_limit
from chassis.context import CallContext, Caller
from chassis.errors import Forbidden, Unavailable
from chassis.rpc.client import Wire
from gateway.http.declaration import Allowed, Anyone, SignedIn


class WorkerHandler(HttpRequestHandler):
    """Base of the entrypoints behind ``@endpoint``, ``@page`` and ``@form``."""

    def run(self, arguments: dict[str, Any], call: CallContext) -> Any:
        """The method's result, or what it raised; ``Unavailable`` after the call's deadline. That
        of a service may be encoded still (``json.Encoded``)."""
        done: Future[Any] = Future()

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is None:
                done.set_result(result)
            else:
                done.set_exception(exc_info[1])
            return result, exc_info

        remaining = max(0.001, call.remaining())
        with time_limit(
            remaining, Unavailable("The platform did not answer in time. Please try again.")
        ):
            self.container.spawn_worker(
                self, (), arguments, context_data=call.to_headers(), handle_result=handle_result
            )
            result = done.result()
        return result.result if isinstance(result, Wire) else result


def authorise(caller: Caller, allow: Allowed) -> None:
    """Raises ``Unauthenticated`` or ``Forbidden`` unless the declaration allows the caller."""
    if isinstance(allow, Anyone):
        return
    caller.known()
    if not isinstance(allow, SignedIn) and not caller.roles.intersection(allow):
        raise Forbidden(f"You need the role {' or '.join(allow)} to do this.")
