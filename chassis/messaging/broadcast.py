"""Broadcast subscription: every instance of a service gets every event, at most once.

    class Cache(SharedExtension):
        broadcast = Broadcast()

        def setup(self):
            self.broadcast.listen([SpecialistChanged], self.invalidate, self.clear)

For state that an instance holds in memory. Unlike ``@subscribe`` there is no inbox and no retry: an
event published while the instance is disconnected is lost, and a handler that fails is not called
again. Every listener therefore has an ``on_gap``: it is called when a connection begins to consume
and when an event could not be handled, since events may have been missed before it.
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
    """Event types, the handler of their events, and what to call after a gap."""

    types: dict[str, type[Event]]
    handler: Handler
    on_gap: Callable[[], None]


class Broadcast(SharedExtension):
    """One queue for each connection of each instance, deleted with it; any number of listeners."""

    queue_consumer = QueueConsumer()
    no_ack = True

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Listener] = []

    def listen(
        self, types: Iterable[type[Event]], handler: Handler, on_gap: Callable[[], None]
    ) -> None:
        """Call ``handler`` with each of these events. Call ``listen`` in ``setup``.

        Both functions run in the consumer's greenthread and must not block.
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
        """A new queue for each connection: the broker may still hold the last one for a connection
        that it does not yet know to be dead."""
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
        event_type = message.delivery_info["routing_key"]
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
