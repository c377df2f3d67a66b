"""Calling another service, with a deadline.

    booking = remote("booking")    # self.booking.cancel_consultation(consultation_id=...)

A call fails with ``Unavailable`` at its deadline, and the request expires with it. It may run
twice, so it always bears an idempotency key. Refusals arrive as themselves.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from nameko import rpc as nameko_rpc
from nameko.constants import HEADER_PREFIX
from nameko.exceptions import RemoteError
from nameko.extensions import DependencyProvider

from chassis import context, json
from chassis.broker.consumer import QueueConsumer
from chassis.broker.publishing import BrokerAway
from chassis.context import CallContext
from chassis.errors import DomainError, Unavailable
from chassis.rpc.transport import Sender

log = structlog.get_logger()


class ReplyListener(nameko_rpc.ReplyListener):
    """Hands each reply to whoever waits for it; nobody needs one that came twice, or too late."""

    queue_consumer = QueueConsumer()
    no_ack = True

    def expect(self, correlation_id: str) -> GreenEvent:
        event: GreenEvent = self.get_reply_event(correlation_id)
        return event

    def forget(self, correlation_id: str) -> None:
        self._reply_events.pop(correlation_id, None)

    def handle_message(self, body: bytes, message: Any) -> None:
        waiting = self._reply_events.pop(message.properties.get("correlation_id"), None)
        if waiting is None:
            return
        try:
            waiting.send(json.loads(body))
        except ValueError as error:  # the caller gives up at its deadline
            log.warning("rpc_reply_not_json", error=str(error))


class Remote:
    """Another service, as this one calls it: ``self.booking.get_consultation(...)``."""

    def __init__(self, service: str, replies: ReplyListener, sender: Sender) -> None:
        self._service = service
        self._replies = replies
        self._sender = sender

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return functools.partial(self._call, method)

    def _call(self, method: str, **arguments: Any) -> Any:
        here = context.current()
        timeout = here.remaining()
        deadline = time.time() + timeout
        call = replace(here, deadline=deadline, idempotency_key=here.idempotency_key or uuid4().hex)
        reply = self._ask(method, arguments, call, timeout)
        error = reply["error"]
        if error is None:
            return reply["result"]
        if error.get("domain"):
            raise DomainError.from_wire(error["domain"])
        raise RemoteError(error["exc_type"], error["value"])

    def _ask(self, method: str, arguments: Any, call: CallContext, timeout: float) -> Any:
        correlation_id = uuid4().hex
        waiting = self._replies.expect(correlation_id)
        too_late = Unavailable("A part of the platform did not answer in time. Please try again.")
        try:
            with eventlet.Timeout(max(timeout, 0.001), too_late):
                self._sender.send(
                    json.dumps({"args": (), "kwargs": arguments}),
                    routing_key=f"{self._service}.{method}",
                    timeout=timeout,
                    reply_to=self._replies.routing_key,
                    correlation_id=correlation_id,
                    expiration=str(max(1, int(timeout * 1000))),
                    headers={f"{HEADER_PREFIX}.{k}": v for k, v in call.to_headers().items()},
                )
                return waiting.wait()
        except BrokerAway as error:
            raise Unavailable(
                "A part of the platform can't be reached. Please try again in a minute."
            ) from error
        finally:
            self._replies.forget(correlation_id)


class _RemoteProvider(DependencyProvider):
    replies = ReplyListener()
    sender = Sender()

    def __init__(self, service: str) -> None:
        self.service = service

    def get_dependency(self, worker_ctx: Any) -> Remote:
        return Remote(self.service, self.replies, self.sender)


def remote(service: str) -> Remote:
    """A service's attribute through which it calls another one: ``booking = remote("booking")``."""
    return cast(Remote, _RemoteProvider(service))
