"""RPC with a deadline, on nameko's wire.

    class Gateway:
        booking = remote("booking")         # self.booking.cancel_consultation(consultation_id=...)

    class BookingService:
        @rpc
        def cancel_consultation(self, consultation_id: UUID) -> Consultation: ...

Arguments go by name and arrive as the types that the method declares. A call fails with
``Unavailable`` at its deadline, and the request expires with it. It may run twice (a broken
connection delivers again), so each writing call bears an idempotency key: see
``Transaction.reply``. Refusals arrive as themselves.
"""

from __future__ import annotations

import functools
import time
import typing
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import uuid4

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from marshmallow import ValidationError
from nameko import rpc as nameko_rpc
from nameko.constants import HEADER_PREFIX
from nameko.exceptions import ContainerBeingKilled, RemoteError, serialize
from nameko.extensions import DependencyProvider, SharedExtension, register_entrypoint

from chassis import context, json
from chassis.broker import BrokerAway, TransientSender
from chassis.consumer import QueueConsumer
from chassis.context import CallContext
from chassis.errors import DomainError, Invalid, Unavailable
from chassis.schemas import Reading, field_errors, field_for
from chassis.store import AlreadyAnswered, answering
from chassis.subscribe import park

OUTERMOST_DEADLINE_S = 10.0
REPLY_TIMEOUT_S = 5.0

F = TypeVar("F", bound=Callable[..., Any])
log = structlog.get_logger()


def rpc(method: F) -> F:
    """Register a method of a service as callable from others."""

    @functools.wraps(method)
    def answer(service: Any, request: Request) -> Any:
        return request.answer(functools.partial(method, service))

    register_entrypoint(answer, Rpc(_argument_fields(method)))
    return cast(F, answer)


def _argument_fields(method: Callable[..., Any]) -> Callable[[], dict[str, Any]]:
    """What turns JSON into the method's arguments; read late, when all its types are defined."""

    @functools.cache
    def fields() -> dict[str, Any]:
        hints = typing.get_type_hints(method, include_extras=True)
        hints.pop("return", None)
        return {name: field_for(hint, Reading.WIRE) for name, hint in hints.items()}

    return fields


class Request:
    """A call as it came in."""

    def __init__(self, method: str, arguments: dict[str, Any], fields: dict[str, Any]) -> None:
        self.method = method
        self._wire = arguments
        self._fields = fields

    def answer(self, run: Callable[..., Any]) -> Any:
        """Run the method, or give the answer that this very call had before."""
        arguments = self._arguments()
        with answering(self.method, self._wire):
            try:
                return run(**arguments)
            except AlreadyAnswered as before:
                return before.reply

    def _arguments(self) -> dict[str, Any]:
        messages: dict[str, Any] = {}
        arguments = {}
        for name, value in self._wire.items():
            if name not in self._fields:
                messages[name] = [f"{self.method} takes no such argument."]
                continue
            try:
                arguments[name] = self._fields[name].deserialize(value, name)
            except ValidationError as error:
                messages[name] = error.messages
        if messages:
            raise Invalid(errors=field_errors(messages, self._wire))
        return arguments


class Sender(SharedExtension):
    """A service's own way out for requests and replies."""

    def setup(self) -> None:
        self._transient = TransientSender(self.container.config["AMQP_URI"])
        self._exchange = nameko_rpc.get_rpc_exchange(self.container.config).name

    def send(self, body: bytes, routing_key: str, timeout: float, **properties: Any) -> None:
        self._transient.send(
            body, exchange=self._exchange, routing_key=routing_key, timeout=timeout, **properties
        )

    def stop(self) -> None:
        self._transient.drop()


class RpcConsumer(nameko_rpc.RpcConsumer):
    """Takes requests and sends answers; survives poison and a broker that went away."""

    queue_consumer = QueueConsumer()
    sender = Sender()

    def handle_message(self, body: bytes, message: Any) -> None:
        method = message.delivery_info["routing_key"].rpartition(".")[2]
        try:
            payload = json.loads(body)
            arguments = {**payload["kwargs"]}
            if payload["args"]:
                raise ValueError("arguments go by name")
            call = CallContext.from_headers(_without_prefix(message.headers))
            reply_to = message.properties["reply_to"]
        except (ValueError, KeyError, TypeError) as error:
            self._park(body, message, method, f"{type(error).__name__}: {error}")
            return
        if call.remaining(OUTERMOST_DEADLINE_S) <= 0:
            self.queue_consumer.ack_message(message)  # nobody waits for the answer any more
            return
        answer = functools.partial(self._answer, message, reply_to)
        entrypoint = next((each for each in self._providers if each.method_name == method), None)
        if entrypoint is None:
            answer(None, Invalid(f"{self.container.service_name} has no method {method}"))
            return
        try:
            entrypoint.spawn(Request(method, arguments, entrypoint.fields()), call, answer)
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def _park(self, body: bytes, message: Any, method: str, reason: str) -> None:
        park(self, body, message, f"rpc.{method}", "", reason)

    def _answer(
        self, message: Any, reply_to: str, result: Any, error: BaseException | None
    ) -> None:
        try:
            body = json.dumps({"result": result, "error": _error_to_wire(error)})
        except TypeError as unserializable:
            log.exception("rpc_result_not_json")
            body = json.dumps({"result": None, "error": _error_to_wire(unserializable)})
        try:
            self.sender.send(
                body,
                routing_key=reply_to,
                timeout=REPLY_TIMEOUT_S,
                correlation_id=message.properties.get("correlation_id"),
            )
        except BrokerAway as away:
            log.warning("rpc_reply_not_sent", error=str(away))
            self.queue_consumer.requeue_message(message)  # it runs again, harmlessly
            return
        self.queue_consumer.ack_message(message)


class Rpc(nameko_rpc.Rpc):
    """The entrypoint behind ``@rpc``."""

    rpc_consumer = RpcConsumer()

    def __init__(self, fields: Callable[[], dict[str, Any]]) -> None:
        super().__init__(expected_exceptions=(DomainError,))
        self.fields = fields

    def spawn(
        self,
        request: Request,
        call: CallContext,
        answer: Callable[[Any, BaseException | None], None],
    ) -> None:
        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            error = None if exc_info is None else exc_info[1]
            if error is not None and not isinstance(error, DomainError):
                log.error("rpc_failed", method=request.method, exc_info=error)
            answer(result, error)
            return result, exc_info

        self.container.spawn_worker(
            self, (request,), {}, context_data=call.to_headers(), handle_result=handle_result
        )


def _without_prefix(headers: dict[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(f"{HEADER_PREFIX}."): value for key, value in headers.items()}


def _error_to_wire(error: BaseException | None) -> dict[str, Any] | None:
    """nameko's form of an error, and ours beside it."""
    if error is None:
        return None
    wire: dict[str, Any] = serialize(error)
    wire["domain"] = error.to_wire() if isinstance(error, DomainError) else None
    return wire


class ReplyListener(nameko_rpc.ReplyListener):
    """Hands each reply to whoever waits for it."""

    queue_consumer = QueueConsumer()

    def expect(self, correlation_id: str) -> GreenEvent:
        event: GreenEvent = self.get_reply_event(correlation_id)
        return event

    def forget(self, correlation_id: str) -> None:
        self._reply_events.pop(correlation_id, None)

    def handle_message(self, body: bytes, message: Any) -> None:
        self.queue_consumer.ack_message(message)
        waiting = self._reply_events.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:
            waiting.send(json.loads(body))


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
        timeout = here.remaining(OUTERMOST_DEADLINE_S)
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
        too_late = Unavailable(f"{self._service} did not answer in time")
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
            raise Unavailable(f"{self._service} can't be reached: the broker is away") from error
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
