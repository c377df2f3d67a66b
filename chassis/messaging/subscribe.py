"""``@subscribe``: a service's method that handles an event exactly once.

    @subscribe(SpecialistUnlisted)
    def close_calendar(self, event, tx): ...

The inbox's row, the method's effects and the events that it emits are one transaction. The
method runs again after a failure, so it must change nothing outside of ``tx``.

Events that arrive while the handler is busy are handled together, in one transaction: under load
one commit settles what a prefetch holds. If that fails, each of them is handled alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import eventlet
import structlog
from eventlet.event import Event as GreenEvent
from eventlet.semaphore import Semaphore
from kombu import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import (
    ENTRYPOINT_EXTENSIONS_ATTR,
    Entrypoint,
    register_entrypoint,
)

from chassis.broker.consumer import QueueConsumer
from chassis.context import CallContext
from chassis.database.transaction import Transaction
from chassis.error_text import error_text
from chassis.events import Envelope, Event, Malformed
from chassis.messaging.dead_letters import DeadLetters, park
from chassis.messaging.inbox import Inbox, Waiting
from chassis.messaging.retries import Retries
from chassis.messaging.topology import queues_for, subscription_queue

TURN_S = 0.25
"""How long events wait for those that came before. A slow handler delays others by no more."""

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
        def handle(service: Any, delivery: Delivery | Batch) -> None:
            delivery.take(functools.partial(handler, service))

        register_entrypoint(handle, Subscription(event_type))
        return handle

    return decorate


def subscriptions_of(service_class: type) -> Iterator[tuple[str, type[Event]]]:
    """Each handler of a service with its event type."""
    for name in dir(service_class):
        for entrypoint in getattr(getattr(service_class, name), ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, Subscription):
                yield name, entrypoint.event_type


def queues_of(*service_classes: Any) -> list[Queue]:
    """All queues of these services: the topology that a relay declares before it publishes."""
    return queues_for(
        {
            service.name: {
                handler: f"{event_type.producer}.{event_type.type()}"
                for handler, event_type in subscriptions_of(service)
            }
            for service in service_classes
        }
    )


class Delivery:
    """One attempt to handle an event: from the broker, or from the inbox (``waiting``)."""

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
        """Run the handler in the inbox's transaction; a failure is stored for the retries."""
        if self._waiting is None:
            self._inbox.receive(self.envelope, self._body, self._handler, run)
        else:
            self._inbox.retry(self._waiting, self.envelope, run)


class Arrived(NamedTuple):
    """An event from the broker that waits for its handler."""

    envelope: Envelope[Event]
    body: bytes
    message: Any


class Batch:
    """Events that arrived together, for one transaction; see ``Inbox.receive_together``."""

    def __init__(self, inbox: Inbox, handler: str, arrived: Sequence[Arrived]) -> None:
        self._inbox = inbox
        self._handler = handler
        self._arrived = arrived
        self.failure: BaseException | None = None

    def take(self, run: Callable[[Any, Transaction], object]) -> None:
        """Run the handler for each. After a ``failure`` nothing has happened."""
        received = [(each.envelope, each.body) for each in self._arrived]
        try:
            self._inbox.receive_together(received, self._handler, run)
        except (Exception, eventlet.Timeout) as error:
            self.failure = error


class Subscription(Entrypoint):
    """The entrypoint behind ``@subscribe``."""

    queue_consumer = QueueConsumer()
    retries = Retries()
    dead_letters = DeadLetters()

    def __init__(self, event_type: type[Event]) -> None:
        super().__init__()
        self.event_type = event_type
        self._arrived: list[Arrived] = []
        self._turn = Semaphore()

    def setup(self) -> None:
        self.queue = subscription_queue(
            self.container.service_name,
            self.method_name,
            self.event_type.producer,
            self.event_type.type(),
        )
        self.queue_consumer.register_provider(self)
        self.retries.handlers[self.method_name] = self.run_again

    def stop(self) -> None:
        self.retries.finish()  # here: nameko stops the store before shared extensions
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: bytes, message: Any) -> None:
        try:
            envelope: Envelope[Event] = Envelope.from_json(body, self.event_type)
        except Exception as error:  # reading it would fail again each time
            park(self, body, message, self.method_name, self.event_type.type(), _reason(error))
            return
        self._arrived.append(Arrived(envelope, body, message))
        has_turn = self._turn.acquire(timeout=TURN_S)
        try:
            arrived, self._arrived = self._arrived, []
            self._receive(arrived)
        finally:
            if has_turn:
                self._turn.release()

    def _receive(self, arrived: Sequence[Arrived]) -> None:
        """Handle what has arrived; returns when it is handled, or each event has a worker."""
        inbox = self.retries.inbox()
        if len(arrived) > 1 and self._received_together(inbox, arrived):
            return
        workers = [self._receive_alone(inbox, each) for each in arrived]
        if len(workers) == 1:
            workers[0].wait()

    def _received_together(self, inbox: Inbox, arrived: Sequence[Arrived]) -> bool:
        """Handle them in one transaction; whether that succeeded."""
        batch, done = Batch(inbox, self.method_name, arrived), GreenEvent()

        def settle(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send()
            return result, exc_info

        try:
            self._spawn(batch, arrived[0].envelope, settle)
        except ContainerBeingKilled:
            return False
        done.wait()
        if batch.failure is not None:
            log.info("batch_split", events=len(arrived), error=error_text(batch.failure))
            return False
        for each in arrived:
            self.queue_consumer.ack_message(each.message)
        return True

    def _receive_alone(self, inbox: Inbox, arrived: Arrived) -> GreenEvent:
        """Give one event to a worker; the result is sent when it is settled."""
        done = GreenEvent()

        def settle(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            self._settle(arrived, exc_info)
            done.send()
            return result, exc_info

        delivery = Delivery(inbox, self.method_name, arrived.envelope, arrived.body)
        try:
            self._spawn(delivery, arrived.envelope, settle)
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(arrived.message)
            done.send()
        return done

    def run_again(self, inbox: Inbox, waiting: Waiting, finished: Callable[[], None]) -> None:
        """Give an event from the inbox to the handler once more."""
        try:
            envelope: Envelope[Event] = Envelope.from_json(waiting.body, self.event_type)
        except Exception as error:
            try:
                inbox.park_again(waiting, _reason(error))
            finally:
                finished()
            return

        def handle_result(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            finished()
            return result, exc_info

        delivery = Delivery(inbox, self.method_name, envelope, waiting.body, waiting)
        self._spawn(delivery, envelope, handle_result)

    def _spawn(
        self,
        delivery: Delivery | Batch,
        envelope: Envelope[Event],
        handle_result: Callable[..., Any],
    ) -> None:
        call = CallContext(correlation_id=envelope.correlationid)
        self.container.spawn_worker(
            self, (delivery,), {}, context_data=call.to_headers(), handle_result=handle_result
        )

    def _settle(self, arrived: Arrived, exc_info: Any) -> None:
        if exc_info is None:
            self.queue_consumer.ack_message(arrived.message)
        else:  # the inbox could not be written: the database is away
            log.warning("event_requeued", error=error_text(exc_info[1]))
            self.queue_consumer.retry_later(self, arrived.body, arrived.message)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Malformed) else error_text(error)
