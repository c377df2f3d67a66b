"""Broadcast subscription: every instance of a service gets every event, at most once.

    class Cache(SharedExtension):
        broadcast = Broadcast()

        def setup(self):
            self.broadcast.listen([SpecialistChanged], self.forget, self.clear)

For what an instance keeps in memory. Unlike ``@subscribe`` there is no inbox: an event published
while the instance is away is lost, and a handler that fails is not called again. So every
listener has an ``on_gap``, which is called when a connection begins to consume and when an event
could not be handled: events may have been missed before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog
from kombu import Queue, binding
from nameko.extensions import SharedExtension

from chassis.broker.consumer import QueueConsumer
from chassis.error_text import error_text
from chassis.events import Envelope, Event, exchange_of

Handler = Callable[[Event], None]

log = structlog.get_logger()


@dataclass(frozen=True)
class Listener:
    """Some event types and the functions to call."""

    types: dict[str, type[Event]]
    handler: Handler
    on_gap: Callable[[], None]


class Broadcast(SharedExtension):
    """One queue for each instance and connection, which goes with it; any number of listeners."""

    queue_consumer = QueueConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Listener] = []

    def listen(
        self, types: Iterable[type[Event]], handler: Handler, on_gap: Callable[[], None]
    ) -> None:
        """Call ``handler`` with each of these events; to be called in ``setup``.

        Both functions run where messages come in, and must not wait for anything.
        """
        if not self._listeners:
            self.queue_consumer.register_provider(self)
        self._listeners.append(Listener({each.type(): each for each in types}, handler, on_gap))

    @property
    def connected(self) -> bool:
        """Whether events reach this instance now."""
        return bool(self.queue_consumer.connected)

    @property
    def queue(self) -> Queue:
        """Another one each time: the broker may hold the last one for a connection that it does
        not know to be dead."""
        types = {
            name: each for listener in self._listeners for name, each in listener.types.items()
        }
        bindings = [
            binding(exchange_of(each.producer), routing_key=each.type()) for each in types.values()
        ]
        name = f"{self.container.service_name}.hearing.{uuid4().hex}"
        return Queue(name, bindings=bindings, exclusive=True, auto_delete=True, durable=False)

    def on_consuming(self) -> None:
        for listener in self._listeners:
            listener.on_gap()

    def handle_message(self, body: bytes, message: Any) -> None:
        try:
            self._hand_over(body, message.delivery_info["routing_key"])
        finally:
            self.queue_consumer.ack_message(message)

    def _hand_over(self, body: bytes, event_type: str) -> None:
        for listener in self._listeners:
            kind = listener.types.get(event_type)
            if kind is None:
                continue
            try:
                listener.handler(Envelope.from_json(body, kind).data)
            except Exception as error:
                log.error("broadcast_handler_failed", error=error_text(error))
                listener.on_gap()

    def stop(self) -> None:
        if self._listeners:
            self.queue_consumer.unregister_provider(self)
