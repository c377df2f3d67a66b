"""``@rpc``: a method that other services call, on nameko's wire. ``remote`` is the other end.

    @rpc
    def cancel_consultation(self, consultation_id: UUID) -> Consultation: ...

Arguments go by name and arrive as the types that the method declares. A call may run twice (a
broken connection delivers again), so one that writes answers with ``Transaction.reply``.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar, cast

import eventlet
import structlog
from marshmallow import ValidationError, missing
from nameko import rpc as nameko_rpc
from nameko.constants import HEADER_PREFIX
from nameko.exceptions import ContainerBeingKilled, serialize
from nameko.extensions import register_entrypoint

from chassis import json
from chassis.broker.consumer import QueueConsumer
from chassis.broker.publishing import BrokerAway
from chassis.context import CallContext
from chassis.error_text import error_text
from chassis.errors import DomainError, Invalid
from chassis.idempotency.keys import AlreadyAnswered, keyed_call
from chassis.messaging.dead_letters import park
from chassis.rpc.transport import Sender
from chassis.schemas import Reading, field_errors, field_for

REPLY_TIMEOUT_S = 5.0
RUN_AGAIN_AFTER_S = 1.0

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
        parameters = inspect.signature(method).parameters
        return {
            name: field_for(
                hint, Reading.WIRE, required=parameters[name].default is inspect.Parameter.empty
            )
            for name, hint in hints.items()
            if name in parameters
        }

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
        with keyed_call(self.method, arguments):
            try:
                return run(**arguments)
            except AlreadyAnswered as before:
                return before.reply

    def _arguments(self) -> dict[str, Any]:
        unknown = self._wire.keys() - self._fields.keys()
        messages: dict[str, Any] = {
            name: [f"{self.method} takes no such argument."] for name in unknown
        }
        arguments = {}
        for name, field in self._fields.items():
            try:
                value = field.deserialize(self._wire.get(name, missing), name)
            except ValidationError as error:
                messages[name] = error.messages
                continue
            if value is not missing:
                arguments[name] = value
        if messages:
            raise Invalid(errors=field_errors(messages, self._wire))
        return arguments


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
        except Exception as error:  # whatever reading it runs into, it would run into again
            self._park(body, message, method, error_text(error))
            return
        if call.remaining() <= 0:
            self.queue_consumer.ack_message(message)  # nobody waits for the answer any more
            return
        answer = functools.partial(self._answer, message, reply_to)
        entrypoint = next((each for each in self._providers if each.method_name == method), None)
        if entrypoint is None:
            answer(None, Invalid(f"There is no method {method}."))
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
            eventlet.sleep(RUN_AGAIN_AFTER_S)
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
