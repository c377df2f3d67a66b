"""Sends RPC requests and waits for their replies, with a deadline.

    booking = rpc_client(Booking)    # self.booking.cancel_consultation(consultation_id=...)

A request fails with ``Unavailable`` at its deadline, and the message expires with it. The service
may run it twice, so it always has an idempotency key. A refusal is raised as the class it has at
the service, any other error there as ``RemoteError``.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import uuid4

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from nameko import rpc as nameko_rpc
from nameko.constants import HEADER_PREFIX
from nameko.exceptions import RemoteError
from nameko.extensions import DependencyProvider, SharedExtension

from chassis import context, json
from chassis.broker.consumer import QueueConsumer
from chassis.broker.publishing import BrokerAway
from chassis.context import CallContext
from chassis.errors import DomainError, Unavailable
from chassis.rpc.client import RpcClient
from chassis.rpc.transport import Sender

RESULT_BEGINS, RESULT_ENDS = b'{"result":', b',"error":null}'
"""Around the result in a reply as ``server.py`` encodes it, which need not be decoded then."""

C = TypeVar("C", bound=RpcClient)
log = structlog.get_logger()


class ReplyListener(nameko_rpc.ReplyListener):
    """Hands each reply to the request that waits for it; drops one that comes twice, or late."""

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
        if body.startswith(RESULT_BEGINS) and body.endswith(RESULT_ENDS):
            waiting.send((json.Encoded(body[len(RESULT_BEGINS) : -len(RESULT_ENDS)]), None))
            return
        try:
            reply = json.loads(body)
        except ValueError as error:  # the caller gives up at its deadline
            log.warning("rpc_reply_not_json", error=str(error))
        else:
            waiting.send((reply["result"], reply["error"]))


class Requester(SharedExtension):
    """Calls methods of other services. An extension has one as an attribute, and gives it to a
    typed client: ``Profiles(self.requester).get_token_keys()``."""

    replies = ReplyListener()
    sender = Sender()

    def request(self, service: str, method: str, arguments: dict[str, Any]) -> Any:
        """The result as ``json.Encoded`` or JSON values; the time it may take is what is left of
        the current call."""
        here = context.current()
        timeout = here.remaining()
        deadline = time.time() + timeout
        call = replace(here, deadline=deadline, idempotency_key=here.idempotency_key or uuid4().hex)
        result, error = self._reply_to(service, method, arguments, call, timeout)
        if error is None:
            return result
        if error.get("domain"):
            raise DomainError.from_wire(error["domain"])
        raise RemoteError(error["exc_type"], error["value"])

    def _reply_to(
        self, service: str, method: str, arguments: Any, call: CallContext, timeout: float
    ) -> tuple[Any, dict[str, Any] | None]:
        correlation_id = uuid4().hex
        waiting = self.replies.expect(correlation_id)
        too_late = Unavailable("A part of the platform did not answer in time. Please try again.")
        try:
            with eventlet.Timeout(max(timeout, 0.001), too_late):
                self.sender.send(
                    json.dumps({"args": (), "kwargs": arguments}),
                    routing_key=f"{service}.{method}",
                    timeout=timeout,
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation_id,
                    expiration=str(max(1, int(timeout * 1000))),
                    headers={f"{HEADER_PREFIX}.{k}": v for k, v in call.to_headers().items()},
                )
                return cast(tuple[Any, Any], waiting.wait())
        except BrokerAway as error:
            raise Unavailable(
                "A part of the platform can't be reached. Please try again in a minute."
            ) from error
        finally:
            self.replies.forget(correlation_id)


class _ClientProvider(DependencyProvider):
    requester = Requester()

    def __init__(self, client: type[RpcClient]) -> None:
        self._kind = client

    def setup(self) -> None:
        self._client = self._kind(self.requester)

    def get_dependency(self, worker_ctx: Any) -> RpcClient:
        return self._client


def rpc_client(client: type[C]) -> C:
    """A service's attribute through which it calls another: ``booking = rpc_client(Booking)``."""
    return cast(C, _ClientProvider(client))
