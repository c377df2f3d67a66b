"""``@subscribe``: a method that an event reaches, once.

    @subscribe(SpecialistUnlisted)
    def close_calendar(self, event, tx): ...

The inbox's row, the method's effects and the events that it emits are one transaction. The
method runs again after a failure, so it must change nothing outside of ``tx``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import structlog
from kombu import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import (
    ENTRYPOINT_EXTENSIONS_ATTR,
    Entrypoint,
    SharedExtension,
    register_entrypoint,
)

from chassis.consumer import QueueConsumer
from chassis.context import CallContext
from chassis.events import Envelope, Event, Malformed, exchange_of
from chassis.inbox import Inbox, Waiting
from chassis.loop import Loop
from chassis.store import Store, Transaction
from chassis.times import utc_now

RETRY_LOOK_EVERY_S = 0.5
DELIVERY_LIMIT = 20

E = TypeVar("E", bound=Event)
log = structlog.get_logger()


def subscribe(
    event_type: type[E],
) -> Callable[[Callable[[Any, E, Transaction], None]], Callable[[Any, Delivery], None]]:
    """Register a method of a service as the handler of an event."""

    def decorate(
        handler: Callable[[Any, E, Transaction], None],
    ) -> Callable[[Any, Delivery], None]:
        @functools.wraps(handler)
        def handle(service: Any, delivery: Delivery) -> None:
            delivery.take(functools.partial(handler, service))

        register_entrypoint(handle, Subscription(event_type))
        return handle

    return decorate


def dead_letter_queue(service: str) -> Queue:
    """Where RabbitMQ puts what made its consumer crash time and again."""
    return Queue(f"{service}.dead", durable=True, queue_arguments={"x-queue-type": "quorum"})


def subscription_queue(service: str, handler: str, event_type: type[Event]) -> Queue:
    """The queue of one handler, shared by all instances of its service."""
    return Queue(
        f"{service}.{handler}",
        exchange=exchange_of(event_type.producer),
        routing_key=event_type.type(),
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"{service}.dead",
        },
    )


def subscriptions_of(service_class: type) -> Iterator[tuple[str, type[Event]]]:
    """Each handler of a service with the event that reaches it."""
    for name in dir(service_class):
        for entrypoint in getattr(getattr(service_class, name), ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, Subscription):
                yield name, entrypoint.event_type


def queues_of(*service_classes: Any) -> list[Queue]:
    """All queues that these services' subscriptions need: the topology a relay declares."""
    queues = []
    for service in service_classes:
        subscriptions = list(subscriptions_of(service))
        queues += [subscription_queue(service.name, *each) for each in subscriptions]
        queues += [dead_letter_queue(service.name)] if subscriptions else []
    return queues


class Delivery:
    """An event at its handler: from the broker, or out of the inbox for another try."""

    def __init__(
        self,
        inbox: Inbox,
        handler: str,
        envelope: Envelope[Event],
        body: bytes,
        waiting: Waiting | None = None,
    ) -> None:
        self._inbox = inbox
        self._handler = handler
        self.envelope = envelope
        self._body = body
        self._waiting = waiting

    def take(self, run: Callable[[Any, Transaction], object]) -> None:
        """Let the handler take effect once; keeps the failure where it fails."""
        if self._waiting is None:
            self._inbox.receive(self.envelope, self._body, self._handler, run)
        else:
            self._inbox.retry(self._waiting, self.envelope, run)


def store_of(container: Any) -> Store:
    return next(each for each in container.dependencies if isinstance(each, Store))


class Retries(SharedExtension):
    """Brings kept events back to their handlers when they are due."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self._loop = Loop("retries", self._bring_back)
        self._under_way: set[Any] = set()

    def start(self) -> None:
        self._loop.start(self.container)

    def finish(self) -> None:
        """Take nothing up any more; waits until that is so."""
        self._loop.finish()

    def _bring_back(self) -> float:
        inbox = Inbox(store_of(self.container))
        for waiting in inbox.due(utc_now(), self.container.max_workers, list(self.subscriptions)):
            key = (waiting.event_id, waiting.handler)
            if key in self._under_way:
                continue
            self._under_way.add(key)
            finished = functools.partial(self._under_way.discard, key)
            self.subscriptions[waiting.handler].run_again(inbox, waiting, finished)
        return RETRY_LOOK_EVERY_S


class DeadLetters(SharedExtension):
    """Parks what the broker gave up delivering, so that it is listed with the rest."""

    queue_consumer = QueueConsumer()

    def setup(self) -> None:
        self.queue = dead_letter_queue(self.container.service_name)
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: bytes, message: Any) -> None:
        death = (message.headers.get("x-death") or [{}])[0]
        handler = str(death.get("queue", "")).partition(".")[2]
        event_type = str((death.get("routing-keys") or [""])[0])
        reason = f"its consumer ended {DELIVERY_LIMIT} times while it was in hand"
        park(self, body, message, handler, event_type, reason)


def park(
    provider: Any, body: bytes, message: Any, handler: str, event_type: str, reason: str
) -> None:
    """Keep a message that no handler can take, and acknowledge it; later, while the database
    is away."""
    try:
        Inbox(store_of(provider.container)).park(body, handler, event_type, reason)
    except Exception as error:
        log.warning("event_waits", error=str(error))
        provider.queue_consumer.try_again_later(provider, body, message)
    else:
        provider.queue_consumer.ack_message(message)


class Subscription(Entrypoint):
    """The entrypoint behind ``@subscribe``."""

    queue_consumer = QueueConsumer()
    retries = Retries()
    dead_letters = DeadLetters()

    def __init__(self, event_type: type[Event]) -> None:
        super().__init__()
        self.event_type = event_type

    def setup(self) -> None:
        self.queue = subscription_queue(
            self.container.service_name, self.method_name, self.event_type
        )
        self.queue_consumer.register_provider(self)
        self.retries.subscriptions[self.method_name] = self

    def stop(self) -> None:
        self.retries.finish()  # now: the store goes before shared extensions do
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: bytes, message: Any) -> None:
        inbox = Inbox(store_of(self.container))
        try:
            envelope: Envelope[Event] = Envelope.from_json(body, self.event_type)
        except Malformed as error:
            park(self, body, message, self.method_name, self.event_type.type(), str(error))
            return
        delivery = Delivery(inbox, self.method_name, envelope, body)
        try:
            self._spawn(delivery, functools.partial(self._settle, body, message))
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def run_again(self, inbox: Inbox, waiting: Waiting, finished: Callable[[], None]) -> None:
        """Give a kept event to the handler once more."""
        try:
            envelope: Envelope[Event] = Envelope.from_json(waiting.body, self.event_type)
        except Malformed as error:
            try:
                inbox.park_again(waiting, str(error))
            finally:
                finished()
            return

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            finished()
            return result, exc_info

        delivery = Delivery(inbox, self.method_name, envelope, waiting.body, waiting)
        self._spawn(delivery, handle_result)

    def _spawn(self, delivery: Delivery, handle_result: Callable[..., Any]) -> None:
        call = CallContext(correlation_id=delivery.envelope.correlationid)
        self.container.spawn_worker(
            self, (delivery,), {}, context_data=call.to_headers(), handle_result=handle_result
        )

    def _settle(
        self, body: bytes, message: Any, worker_ctx: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        if exc_info is None:
            self.queue_consumer.ack_message(message)
        else:  # the inbox could not be written
            log.warning("event_waits", error=str(exc_info[1]))
            self.queue_consumer.try_again_later(self, body, message)
        return result, exc_info
